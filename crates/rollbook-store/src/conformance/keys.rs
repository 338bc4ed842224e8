//! Ids by key, for directories whose members are named by `externalId` (decision D6).
//!
//! Not part of the suite for stores that only keep resources: there [`Resources::ids_by_key`] may
//! refuse.

use std::sync::Arc;

use super::fixture::{Fixture, delete, group, rename, user, with_external_id};
use crate::{Resources, Store};

async fn found<S: Resources + ?Sized>(
    hub: &Fixture<S>,
    of: (&str, &str),
    values: &[&str],
) -> Vec<(String, String)> {
    let values: Vec<_> = values.iter().map(|value| (*value).to_owned()).collect();
    let found = hub.store.ids_by_key(&hub.directory, of.0, of.1, &values).await.expect("keys can be read");
    found.into_iter().map(|(value, id)| (value, id.to_string())).collect()
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(value, id)| ((*value).to_owned(), (*id).to_owned())).collect()
}

const USER_NAME: (&str, &str) = ("User", "username");
const EXTERNAL_ID: (&str, &str) = ("User", "externalid");

/// Several keys are looked up at once; the pairs come in order of value, then id.
pub async fn ids_are_found_by_key(store: Arc<dyn Store>) {
    let hub = Fixture::new(store).await;
    for (name, external) in [("d", "x2"), ("c", "x1"), ("b", "x2"), ("a", "x3")] {
        hub.write(with_external_id(user(name), external, false)).await;
    }
    let expected = pairs(&[("x1", "u-c"), ("x2", "u-b"), ("x2", "u-d")]);
    assert_eq!(found(&hub, EXTERNAL_ID, &["x2", "nothing", "x1", "x2", ""]).await, expected);
    assert_eq!(found(&hub, EXTERNAL_ID, &[]).await, []);
    assert_eq!(found(&hub, ("User", "nickname"), &["x1"]).await, []);
    assert_eq!(found(&hub, ("Group", "externalid"), &["x1"]).await, []);
}

/// Values are compared as keys hold them: folded by the caller, or exact in case.
pub async fn key_values_are_compared_to_the_byte(store: Arc<dyn Store>) {
    let hub = Fixture::new(store).await;
    hub.write(with_external_id(user("Stra\u{df}e"), "AbC", false)).await;
    hub.write(with_external_id(user("rene\u{301}"), "abc", false)).await;
    hub.write(with_external_id(user("Z"), "\u{e9}", false)).await;
    let external = ["AbC", "abc", "ABC", "e\u{301}", "\u{e9}"];
    let expected = pairs(&[("AbC", "u-stra\u{df}e"), ("abc", "u-rene\u{301}"), ("\u{e9}", "u-z")]);
    assert_eq!(found(&hub, EXTERNAL_ID, &external).await, expected);
    let names = ["strasse", "Strasse", "stra\u{df}e", "ren\u{e9}", "rene\u{301}"];
    let expected = pairs(&[("ren\u{e9}", "u-rene\u{301}"), ("strasse", "u-stra\u{df}e")]);
    assert_eq!(found(&hub, USER_NAME, &names).await, expected);
}

/// Only what is there now is found: not what was deleted or renamed.
pub async fn only_live_resources_are_found_by_key(store: Arc<dyn Store>) {
    let hub = Fixture::new(store).await;
    hub.commit([user("a"), user("b"), user("c")]).await.expect("all are new");
    hub.commit([delete("u-a"), rename("u-b", "bb", None)]).await.expect("both are there");
    let values = ["a", "b", "bb", "c"];
    assert_eq!(found(&hub, USER_NAME, &values).await, pairs(&[("bb", "u-b"), ("c", "u-c")]));
    hub.commit([user("a"), delete("u-c"), delete("nobody")]).await.expect_err("nobody is there");
    assert_eq!(found(&hub, USER_NAME, &values).await, pairs(&[("bb", "u-b"), ("c", "u-c")]));
    hub.write(user("a")).await;
    assert_eq!(found(&hub, USER_NAME, &["a"]).await, pairs(&[("a", "u-a")]), "a restored one is found again");
}

/// Keys are of one directory.
pub async fn keys_are_found_in_their_directory(store: Arc<dyn Store>) {
    let hub = Fixture::new(Arc::clone(&store)).await;
    let other = Fixture::named(store, "other").await;
    hub.commit([user("a"), group("a", &[])]).await.expect("both are new");
    other.commit([user("b")]).await.expect("it is new");
    assert_eq!(found(&hub, USER_NAME, &["a", "b"]).await, pairs(&[("a", "u-a")]));
    assert_eq!(found(&other, USER_NAME, &["a", "b"]).await, pairs(&[("b", "u-b")]));
    assert_eq!(found(&hub, ("Group", "displayname"), &["a"]).await, pairs(&[("a", "a")]));
}

/// Many values can be asked for at once.
pub async fn many_keys_are_looked_up_at_once(store: Arc<dyn Store>) {
    let hub = Fixture::new(store).await;
    let names: Vec<_> = (0..1_500).map(|n| format!("p{n:04}")).collect();
    hub.commit(names.iter().map(|name| user(name))).await.expect("all are new");
    let values: Vec<_> = names.iter().rev().map(String::as_str).collect();
    let found = found(&hub, USER_NAME, &values).await;
    assert_eq!(found.len(), 1_500);
    assert!(found.is_sorted() && found.iter().all(|(value, id)| *id == format!("u-{value}")));
}
