//! Anchor: any digest, notarised by a member. The log's leaf with its agreed time is all there is to keep.

use kontor_ledger::outcome::RefusalCode;

use super::{Judged, Stop, require};

/// The author must be a member's identity key.
pub(super) fn notarise(case: &Judged<'_>) -> Result<(), Stop> {
    require(case.genesis().member_by_key(case.author()).is_some(), RefusalCode::WrongAuthor)
}
