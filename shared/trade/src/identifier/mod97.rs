//! ISO 7064 MOD 97-10, the check of LEI and IBAN.

/// The remainder by 97 of a text of digits and capital letters, letters counting as 10 to 35.
/// Any other character makes the remainder meaningless, so it is refused.
pub(super) fn remainder(mut text: impl Iterator<Item = char>) -> Option<u32> {
    text.try_fold(0u32, |remainder, c| {
        let value = c.to_digit(36)?;
        let shifted = if value < 10 { remainder * 10 } else { remainder * 100 };
        Some((shifted + value) % 97)
    })
}
