//! Folded texts of one resource.

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::fold::fold;

/// The texts that are folded already while a filter is evaluated, so that many tests of one value fold it once.
///
/// ASCII never gets here: it is compared as it is.
#[derive(Debug, Default)]
pub(in crate::evaluate) struct Folds(RefCell<BTreeMap<(usize, usize), Box<str>>>);

impl Folds {
    /// Calls a function with the folded text; the text must live as long as this does.
    pub(in crate::evaluate) fn with<T>(&self, text: &str, test: impl FnOnce(&str) -> T) -> T {
        let mut folds = self.0.borrow_mut();
        // Nothing is written meanwhile, so that place and length tell one text from another.
        let key = (text.as_ptr().addr(), text.len());
        test(folds.entry(key).or_insert_with(|| fold(text).into_boxed_str()))
    }
}
