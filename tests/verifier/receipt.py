"""Checks a Kontor receipt without any of Kontor's code: python receipt.py RECEIPT.cbor GENESIS_HASH

The receipt is canonical CBOR, as GET /v1/records/{id}/receipt gives for Accept: application/cbor; each structure is an
array of its fields in the order in which the OpenAPI document lists them. Needs cbor2, gmssl (SM3) and cryptography.
"""

import hashlib
import sys

import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from gmssl import func, sm3


class Wrong(Exception):
    """A check that failed."""


def check(holds, what):
    if not holds:
        raise Wrong(what)


def sm3_of(*parts):
    return bytes.fromhex(sm3.sm3_hash(func.bytes_to_list(b"".join(parts))))


def encoded(value):
    return cbor2.dumps(value, canonical=True)


def signed(key, message, signature, what):
    suite, point = key
    check(suite == 0, f"{what}: suite {suite} is unknown")
    try:
        Ed25519PublicKey.from_public_bytes(point).verify(signature, message)
    except (InvalidSignature, ValueError) as error:
        raise Wrong(what) from error


def varint(number):
    digits = bytearray()
    while number >= 0x80:
        digits.append(number & 0x7F | 0x80)
        number >>= 7
    digits.append(number)
    return bytes(digits)


def prefixed(prefix):
    return varint(len(prefix)) + prefix


def root_of(leaf, index, size, path):
    """RFC 9162, 2.1.3.2."""
    check(index < size, "the position is outside the log")
    node, last, found = index, size - 1, leaf
    for sibling in path:
        check(last != 0, "the path is too long")
        if node & 1 or node == last:
            found = sm3_of(b"\x01", sibling, found)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            found = sm3_of(b"\x01", found, sibling)
        node, last = node >> 1, last >> 1
    check(last == 0, "the path is too short")
    return found


def certified(network, block, certificate, validators):
    """That a quorum of `validators` finalised the block."""
    epoch, view, parent_view, payload, votes = certificate
    check(payload == hashlib.sha256(encoded(block)).digest(), "the certificate is for another block")
    check(epoch == block[1], "the certificate is of another epoch")
    quorum = len(validators) - (len(validators) - 1) // 3
    signers = [signer for signer, _ in votes]
    check(signers == sorted(set(signers)) and len(signers) >= max(quorum, 1), "too few validators signed")
    check(all(signer < len(validators) for signer in signers), "a signer is no validator")
    vote = prefixed(b"kontor/v1/ordering/" + network + b"_FINALIZE")
    vote += varint(epoch) + varint(view) + varint(parent_view) + payload
    for signer, signature in votes:
        signed(validators[signer], vote, signature, f"the signature of validator {signer} does not hold")


def validators_hash(validators):
    return sm3_of(b"kontor/v1/validators", encoded(validators))


def follow(network, validators, ends):
    """The validators after the last of `ends`, each of which those before must have signed."""
    for epoch, (block, certificate, following) in enumerate(ends):
        check(block[0] == network and block[1] == epoch, f"the block is not of epoch {epoch}")
        check(block[8] != validators_hash(validators), f"the block does not end epoch {epoch}")
        check(following == sorted(following) and len(following) > 0, "the validators are not in order")
        check(block[8] == validators_hash(following), f"the validators after epoch {epoch} are others")
        certified(network, block, certificate, validators)
        validators = following
    return validators


def verify(data, pinned):
    receipt = cbor2.loads(data)
    check(encoded(receipt) == data, "the encoding is not canonical")
    form, record, outcome, timestamp, position, path, block, certificate, genesis, ends = receipt
    check(form == 0, "the form is unknown")
    network = sm3_of(b"kontor/v1/genesis", encoded(genesis))
    check(network == pinned, "the receipt is from another network")

    unsigned, sponsor, signature = record
    check(unsigned[0] == pinned, "the record is for another network")
    record_id = sm3_of(b"kontor/v1/record", encoded(unsigned))
    author = prefixed(b"kontor/v1/record-author") + record_id + sponsor.encode()
    signed(unsigned[3], author, signature, "the author's signature does not hold")

    block_network, epoch, _height, _parent, block_time, _body, log_size, log_root, _validators = block
    check(block_network == pinned, "the block is of another network")
    check(epoch == len(ends), "the block is of validators that the receipt does not show")
    check(timestamp <= block_time, "the record is later than its block")
    leaf = sm3_of(b"\x00", record_id, outcome.to_bytes(2, "big"), timestamp.to_bytes(8, "big"))
    check(root_of(leaf, position, log_size, path) == log_root, "the record is not in the block's log")

    members = genesis[3]
    validators = sorted(member[5] for member in members if len(member) > 5 and member[5] is not None)
    certified(pinned, block, certificate, follow(pinned, validators, ends))
    return record_id, outcome, position, log_size


if __name__ == "__main__":
    try:
        with open(sys.argv[1], "rb") as file:
            found = verify(file.read(), bytes.fromhex(sys.argv[2]))
    except (Wrong, ValueError, TypeError, IndexError, AttributeError, cbor2.CBORError) as error:
        sys.exit(f"the receipt does not hold: {error}")
    record_id, outcome, position, log_size = found
    print(f"{record_id.hex()} {'accepted' if outcome == 0 else f'refused {outcome}'} {position} of {log_size}")
