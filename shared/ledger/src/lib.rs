//! Records of the consortium ledger, their receipts and how anyone checks them offline.
//!
//! | Module | Holds |
//! |---|---|
//! | [`record`] | what members submit |

