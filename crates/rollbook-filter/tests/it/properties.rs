//! What holds for every tree and every text.

use proptest::prelude::*;
use rollbook_filter::{AttrPath, Filter, Limits, ParseError, ParseErrorKind, PatchPath};

use crate::strategy;

const UNLIMITED: Limits = Limits { max_length: usize::MAX, max_depth: usize::MAX, max_terms: usize::MAX };

/// Checks that an error can be shown for its own text.
fn sound(error: &ParseError) -> Result<(), TestCaseError> {
    let span = error.span();
    prop_assert!(error.input().get(span.clone()).is_some(), "{:?} of {:?}", span, error.input());
    let line = error.to_string();
    prop_assert!(
        !line.is_empty() && line.chars().count() < 250 && !line.chars().any(char::is_control),
        "{:?}",
        line
    );
    let rendered = error.render();
    prop_assert_eq!(rendered.lines().count(), 4, "{}", rendered);
    Ok(())
}

/// Reads a text as everything it might be.
fn read(text: &str) -> Result<(), TestCaseError> {
    match Filter::parse(text) {
        Ok(filter) => {
            let printed = filter.to_string();
            prop_assert_eq!(Filter::parse_with(&printed, &UNLIMITED), Ok(filter.clone()));
        }
        Err(error) => sound(&error)?,
    }
    match PatchPath::parse(text) {
        Ok(path) => {
            let printed = path.to_string();
            prop_assert_eq!(PatchPath::parse_with(&printed, &UNLIMITED), Ok(path.clone()));
        }
        Err(error) => sound(&error)?,
    }
    match AttrPath::new(text) {
        Ok(path) => {
            prop_assert_eq!(path.as_str(), text);
            let split = path.split(["urn:x", "urn:x:y", "http://h/x"]);
            prop_assert!(split.uri.is_some() || split.name.is_some());
            let uri = split.uri.iter().copied();
            let name = split.name.iter().copied();
            let parts: Vec<_> = uri.chain(name).collect();
            let sub = split.sub.map(|sub| format!(".{sub}")).unwrap_or_default();
            prop_assert_eq!(parts.join(":") + &sub, text);
        }
        Err(error) => sound(&error)?,
    }
    Ok(())
}

/// Counts the brackets open at once, strings aside.
fn depth(text: &str) -> usize {
    let (mut open, mut deepest, mut quoted, mut escaped) = (0_usize, 0, false, false);
    for char in text.chars() {
        match char {
            _ if escaped => escaped = false,
            '\\' => escaped = quoted,
            '"' => quoted = !quoted,
            '(' | '[' if !quoted => open += 1,
            ')' | ']' if !quoted => open -= 1,
            _ => {}
        }
        deepest = deepest.max(open);
    }
    deepest
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_printed_filter_reads_back(filter in strategy::filter()) {
        let text = filter.to_string();
        prop_assert_eq!(Filter::parse_with(&text, &UNLIMITED), Ok(filter.clone()));
        prop_assert_eq!(filter.clone().into_owned(), filter);
    }

    #[test]
    fn a_printed_patch_path_reads_back(path in strategy::patch_path()) {
        let text = path.to_string();
        prop_assert_eq!(PatchPath::parse_with(&text, &UNLIMITED), Ok(path.clone()));
        prop_assert_eq!(path.clone().into_owned(), path);
    }

    #[test]
    fn an_attribute_path_is_its_text(path in strategy::attr_path()) {
        read(path.as_str())?;
    }

    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        read(&text)?;
    }

    #[test]
    fn any_tokens_are_read_or_refused(text in strategy::soup()) {
        read(&text)?;
    }

    #[test]
    fn a_cut_filter_is_read_or_refused(filter in strategy::filter(), at in any::<prop::sample::Index>()) {
        let text: Vec<char> = filter.to_string().chars().collect();
        let cut: String = text[..at.index(text.len())].iter().collect();
        read(&cut)?;
    }

    #[test]
    fn limits_refuse_what_passes_them_and_nothing_else(
        filter in strategy::filter(),
        max_length in 0_usize..400,
        max_depth in 0_usize..8,
        max_terms in 0_usize..24,
    ) {
        let text = filter.to_string();
        let limits = Limits { max_length, max_depth, max_terms };
        let within = text.len() <= max_length && depth(&text) <= max_depth && filter.paths().len() <= max_terms;
        match Filter::parse_with(&text, &limits) {
            Ok(read) => {
                prop_assert!(within);
                prop_assert_eq!(read, filter);
            }
            Err(error) => {
                prop_assert!(!within);
                let by_limit = matches!(
                    error.kind(),
                    ParseErrorKind::TooLong { .. } | ParseErrorKind::TooDeep { .. } | ParseErrorKind::TooManyTerms { .. }
                );
                prop_assert!(by_limit, "{}", error);
                sound(&error)?;
            }
        }
    }
}
