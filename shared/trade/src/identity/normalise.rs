//! Texts as fingerprints compare them. Changing anything here changes every fingerprint.

use unicode_normalization::UnicodeNormalization;

/// A document number: NFKC, case folded, without separators, without leading zeros in any run of digits.
///
/// Separators go first, so that `2026-0117` keeps the zero that tells it from `2026-117`.
pub fn normal_number(text: &str) -> String {
    let compact = letters_and_digits(text);
    if compact.is_empty() {
        // A number of nothing but signs still tells one document from another.
        return folded(text).trim().to_owned();
    }
    let mut number = String::with_capacity(compact.len());
    let mut rest = compact.as_str();
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (run, after) = rest.split_at(digits);
        let significant = run.trim_start_matches('0');
        number.push_str(if significant.is_empty() && !run.is_empty() { "0" } else { significant });
        let letters = after.find(|c: char| c.is_ascii_digit()).unwrap_or(after.len());
        let (run, after) = after.split_at(letters);
        number.push_str(run);
        rest = after;
    }
    number
}

/// A name: NFKC, case folded, letters and digits only.
pub fn normal_name(text: &str) -> String {
    let compact = letters_and_digits(text);
    if compact.is_empty() { folded(text).trim().to_owned() } else { compact }
}

/// Letters and digits of the folded text.
pub(super) fn letters_and_digits(text: &str) -> String {
    // Taking signs out lets what stood around them compose or change places.
    settle(text.to_owned(), |text| folded(text).chars().filter(|c| c.is_alphanumeric()).collect())
}

/// NFKC and case folding. Up and down again folds what has no lower case of its own (`ß` and `SS`, final sigma);
/// by character, because a word's place must not matter.
fn folded(text: &str) -> String {
    settle(text.nfkc().collect(), |text| {
        text.chars().flat_map(char::to_uppercase).flat_map(char::to_lowercase).nfkc().collect()
    })
}

/// Repeats a step until it changes nothing, so that normal forms are fixed points; rare scripts need a second round.
fn settle(mut text: String, step: impl Fn(&str) -> String) -> String {
    for _ in 0..8 {
        let next = step(&text);
        if next == text {
            break;
        }
        text = next;
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers() {
        for (text, normal) in [
            ("0000123456", "123456"),
            ("INV-0012", "inv12"),
            ("inv 12", "inv12"),
            ("ＩＮＶ－１２", "inv12"),
            ("2026-0117", "20260117"),
            ("2026-117", "2026117"),
            ("1234/78/901", "123478901"),
            ("A-000", "a0"),
            ("---", "---"),
            ("№ 7", "no7"),
        ] {
            assert_eq!(normal_number(text), normal, "{text}");
        }
    }

    #[test]
    fn names() {
        assert_eq!(normal_name("Straße & Söhne GmbH"), normal_name("STRASSE & SÖHNE GMBH"));
        assert_eq!(normal_name("Cafe\u{301} S.A."), normal_name("CAFÉ SA"));
        assert_eq!(normal_name("天津 有限公司"), "天津有限公司");
        assert_eq!(normal_name("ΟΔΟΣ"), normal_name("οδος"));
    }

    proptest! {
        #[test]
        fn normal_is_a_fixed_point(text in "\\PC{0,30}") {
            let number = normal_number(&text);
            prop_assert_eq!(&normal_number(&number), &number);
            let name = normal_name(&text);
            prop_assert_eq!(&normal_name(&name), &name);
        }

        #[test]
        fn separators_and_case_do_not_matter(text in "[A-Za-z0-9]{1,20}", sign in "[ ./_-]") {
            let spread: String = text.chars().flat_map(|c| [c.to_string(), sign.clone()]).collect();
            prop_assert_eq!(normal_number(&spread.to_lowercase()), normal_number(&text));
        }
    }
}
