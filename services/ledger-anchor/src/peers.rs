//! The other members' nodes: as configured, else as the members told the ledger.

use kontor_ledger::member::MemberId;

use crate::{config::Peer, node::Node};

/// Where the other members' nodes are; asked anew each time, because members come and go.
#[derive(Clone)]
pub struct Peers {
    node: Node,
    own: MemberId,
    configured: Vec<Peer>,
}

impl Peers {
    /// The peers of `own`'s node; what is configured goes before what the ledger says.
    pub fn new(node: Node, own: MemberId, configured: Vec<Peer>) -> Self {
        let trimmed = configured.into_iter().map(|mut peer| {
            peer.http.truncate(peer.http.trim_end_matches('/').len());
            if let Some(address) = &mut peer.mutual_tls {
                address.truncate(address.trim_end_matches('/').len());
            }
            peer
        });
        Self { node, own, configured: trimmed.collect() }
    }

    /// All that are known now.
    pub fn now(&self) -> Vec<Peer> {
        let members = self.node.members();
        let told = members.iter().filter(|one| one.is_active() && one.member.id != self.own).filter_map(|one| {
            let endpoints = one.endpoints.as_ref()?;
            let known = self.configured.iter().any(|peer| peer.member == one.member.id);
            (!known).then(|| Peer {
                member: one.member.id,
                http: endpoints.http.clone(),
                mutual_tls: Some(endpoints.mutual_tls.clone()),
                ordering: endpoints.ordering.parse().ok(),
            })
        });
        self.configured.iter().cloned().chain(told).collect()
    }
}
