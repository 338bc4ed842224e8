//! Filters: what is read prints, reads back and can be asked.

use rollbook_filter::{Filter, Limits, ParseError};
use rollbook_protocol::{Lookup, Predicate, keys};
use rollbook_schema::Resource;

use super::fixtures::{FIXTURES, Fixture, is_refusal, quirks, registry, type_ref};
use super::structured::filter_from;

/// Printing may add a blank here and there, so that what is at a limit reads back without limits.
pub(super) const UNLIMITED: Limits =
    Limits { max_length: usize::MAX, max_depth: usize::MAX, max_terms: usize::MAX };

/// A text is a filter or is refused with a place in it; a filter reads back from its print and can be evaluated.
pub fn filter(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match Filter::parse(text) {
        Ok(filter) => {
            check(&filter);
            assert_eq!(text.parse::<Filter<'static>>().as_ref(), Ok(&filter));
        }
        Err(error) => is_sound(&error),
    }
}

/// A tree made of the input, instead of a text: what is valid by construction reads back from its print.
pub fn filter_structured(data: &[u8]) {
    check(&filter_from(data));
}

fn check(filter: &Filter<'_>) {
    let printed = filter.to_string();
    let again = Filter::parse_with(&printed, &UNLIMITED);
    assert_eq!(again.as_ref(), Ok(filter), "{printed}");
    assert_eq!(again.unwrap().to_string(), printed);
    let owned = filter.clone().into_owned();
    assert_eq!(&owned, filter);
    for fixture in FIXTURES.iter() {
        evaluate(&owned, fixture);
    }
}

fn evaluate(filter: &Filter<'static>, fixture: &Fixture) {
    for quirks in quirks() {
        let predicate = match Predicate::new(filter.clone(), registry(), fixture.kind, &quirks) {
            Ok(predicate) => predicate,
            Err(error) => {
                is_refusal(&error);
                continue;
            }
        };
        let matches = predicate.matches(&fixture.whole);
        let negated = Filter::Not(Box::new(filter.clone()));
        let negated = Predicate::new(negated, registry(), fixture.kind, &quirks).unwrap();
        assert_ne!(negated.matches(&fixture.whole), matches, "not ({filter}) holds together with it");
        if let Some(lookup) = predicate.lookup() {
            let found = looked_up(&lookup, &fixture.whole, fixture.kind);
            assert!(found || !matches, "{filter} holds, but the index would not find it by {lookup:?}");
            if predicate.exact() {
                assert_eq!(found, matches, "{filter}: the index decides otherwise by {lookup:?}");
            }
        } else {
            assert!(!predicate.exact(), "{filter}: nothing to look up, yet exact");
        }
    }
}

fn looked_up(lookup: &Lookup, whole: &Resource, kind: &str) -> bool {
    match lookup {
        Lookup::Id(id) => whole.id() == Some(id),
        Lookup::Key { attribute, value } => {
            let keys = keys(whole, type_ref(kind));
            keys.iter().any(|key| *key.attribute == **attribute && *key.value == **value)
        }
        Lookup::Member(value) => {
            rollbook_schema::Group::new(whole).members().any(|member| member.value() == Some(value))
        }
    }
}

/// Checks that an error can be shown for its own text.
pub(super) fn is_sound(error: &ParseError) {
    assert!(error.input().get(error.span()).is_some(), "{:?} of {:?}", error.span(), error.input());
    let line = error.to_string();
    assert!(!line.is_empty() && line.chars().count() < 250, "{line:?}");
    assert!(!line.chars().any(char::is_control), "{line:?}");
    assert!(error.render().lines().count() >= 2, "{}", error.render());
}
