//! Pages of a list: cursors name the last item seen, so that new items do not shift what follows.

/// Which page is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest<Cursor> {
    /// The last item of the page before; none for the first page.
    pub after: Option<Cursor>,
    /// Items at most, 1 to 100.
    pub limit: u8,
}

/// A page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<Item, Cursor> {
    /// In the list's order.
    pub items: Vec<Item>,
    /// The last item's cursor; none if nothing follows.
    pub next: Option<Cursor>,
}

impl<Item, Cursor> Page<Item, Cursor> {
    /// A page of `found`, which holds one item above the limit if more follow.
    pub fn of(mut found: Vec<Item>, limit: u8, cursor: impl Fn(&Item) -> Cursor) -> Self {
        let more = found.len() > usize::from(limit);
        found.truncate(usize::from(limit));
        let next = if more { found.last().map(cursor) } else { None };
        Self { items: found, next }
    }

    /// The same page of other items.
    pub fn map<Other>(self, change: impl FnMut(Item) -> Other) -> Page<Other, Cursor> {
        Page { items: self.items.into_iter().map(change).collect(), next: self.next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_item_too_many_says_that_more_follow() {
        assert_eq!(Page::of(vec![5, 4, 3], 2, |n| *n), Page { items: vec![5, 4], next: Some(4) });
        assert_eq!(Page::of(vec![5, 4], 2, |n| *n), Page { items: vec![5, 4], next: None });
        assert_eq!(Page::of(Vec::<u8>::new(), 2, |n| *n), Page { items: vec![], next: None });
    }
}
