//! Unique keys (RFC 7643 §2.2 `uniqueness`).

use std::sync::Arc;

use rollbook_protocol::{Key, fold};

use super::fixture::{
    Fixture, assert_taken, delete, group, regroup, rename, user, user_body, user_keys, user_with,
    with_external_id,
};
use crate::{ResourceWrite, Resources, StoreError};

/// A unique key that is taken refuses the creation, and names the attribute as the client spells it.
pub async fn a_taken_key_refuses_create(store: Arc<dyn Resources>) {
    let hub = Fixture::new(store).await;
    hub.write(user("Ann")).await;
    assert_taken(&hub.refused(user_with("u-2", "Ann")).await, "User", "userName");
    assert_eq!(hub.get("u-2").await, None);
    assert_eq!(hub.last_seq().await, 1);
}

/// Keys come folded, so that spellings of one name clash.
pub async fn keys_clash_without_regard_to_case(store: Arc<dyn Resources>) {
    let hub = Fixture::new(store).await;
    hub.write(user_with("u-1", "STRASSE")).await;
    assert_taken(&hub.refused(user_with("u-2", "Straße")).await, "User", "userName");
}

/// Unicode's harder letters clash as they fold: no store folds by itself, nor does it compare without case or accents.
pub async fn letters_clash_as_they_fold(store: Arc<dyn Resources>) {
    let hub = Fixture::new(store).await;
    let clashing = [
        ("weiss", "WEI\u{1e9e}"),
        (
            "o\u{3b4}\u{3c5}\u{3c3}\u{3c3}\u{3b5}\u{3c5}\u{3c2}",
            "\u{39f}\u{394}\u{3a5}\u{3a3}\u{3a3}\u{395}\u{3a5}\u{3a3}",
        ),
        ("\u{130}stanbul", "i\u{307}stanbul"),
        ("Ren\u{e9}", "rene\u{301}"),
        ("\u{fb01}n", "FIN"),
        ("\u{212b}ngstr\u{f6}m", "A\u{30a}NGSTRO\u{308}M"),
    ];
    for (n, (one, other)) in clashing.into_iter().enumerate() {
        // The second pair begins with a Latin `o`, so that it must not clash with the Greek one.
        let clash = fold(one) == fold(other);
        hub.write(user_with(&format!("a{n}"), one)).await;
        let result = hub.commit([user_with(&format!("b{n}"), other)]).await;
        assert_eq!(result.is_err(), clash, "{one:?} and {other:?}");
        assert_eq!(clash, n != 1, "{one:?} and {other:?}");
        assert!(hub.select("User", &format!("userName eq \"{other}\"")).await.len() == 1, "{other:?}");
    }
}

/// Values that fold differently do not clash, however alike they look or sort.
pub async fn letters_that_fold_differently_do_not_clash(store: Arc<dyn Resources>) {
    let hub = Fixture::new(store).await;
    let names = [
        "rene",
        "ren\u{e9}",
        "ren\u{e8}",
        "ss",
        "s",
        "\u{131}stanbul",
        "istanbul",
        "i\u{307}stanbul",
        "\u{3c3}",
        "o",
        "\u{3bf}",
        "a",
        "a ",
        " a",
        "a\u{200b}",
        "\u{ff41}",
        "1",
        "01",
        "\u{661}",
    ];
    for (n, name) in names.into_iter().enumerate() {
        hub.write(user_with(&format!("u-{n:02}"), name)).await;
    }
    for (n, name) in names.into_iter().enumerate() {
        let filter = format!("userName eq \"{name}\"");
        assert_eq!(hub.select("User", &filter).await, [format!("u-{n:02}")], "{name:?}");
    }
}

/// A key that is exact in case comes as it is: values that differ in case are two.
pub async fn exact_keys_differ_by_case(store: Arc<dyn Resources>) {
    let hub = Fixture::new(store).await;
    for (name, external) in [("a", "AbC"), ("b", "abc"), ("c", "ABC")] {
        hub.write(with_external_id(user(name), external, true)).await;
    }
    for (external, expected) in
        [("AbC", vec!["u-a"]), ("abc", vec!["u-b"]), ("ABC", vec!["u-c"]), ("aBC", vec![])]
    {
        assert_eq!(
            hub.select("User", &format!("externalId eq \"{external}\"")).await,
            expected,
            "{external}"
        );
    }
    assert_taken(&hub.refused(with_external_id(user("d"), "abc", true)).await, "User", "externalId");
}

/// A unique key that is taken refuses the replacement; the resource keeps its old key.
pub async fn a_taken_key_refuses_replace(store: Arc<dyn Resources>) {
    let hub = Fixture::new(store).await;
    hub.write(user("Ann")).await;
    hub.write(user("Bob")).await;
    assert_taken(&hub.refused(rename("u-bob", "Ann", None)).await, "User", "userName");
    assert_eq!(hub.stored("u-bob").await.body, user_body("Bob", None));
    assert_eq!(hub.select("User", "userName eq \"bob\"").await, ["u-bob"]);
    assert_taken(&hub.refused(user_with("u-3", "Bob")).await, "User", "userName");
}

/// A resource does not clash with itself.
pub async fn a_resource_may_keep_its_own_key(store: Arc<dyn Resources>) {
    let hub = Fixture::new(store).await;
    hub.write(user("Ann")).await;
    let result = hub.write(rename("u-ann", "ANN", Some("Boss"))).await;
    assert_eq!(result.version, 2);
    assert_taken(&hub.refused(user_with("u-2", "ann")).await, "User", "userName");
}

/// Deleting a resource frees its keys.
pub async fn delete_frees_the_key(store: Arc<dyn Resources>) {
    let hub = Fixture::new(store).await;
    hub.write(user("Ann")).await;
    hub.write(delete("u-ann")).await;
    hub.write(user_with("u-2", "Ann")).await;
    assert_taken(&hub.refused(user("Ann")).await, "User", "userName");
    assert_eq!(hub.select("User", "userName eq \"ann\"").await, ["u-2"]);
}

/// Replacing a key frees the old one and takes the new one.
pub async fn replace_frees_the_old_key(store: Arc<dyn Resources>) {
    let hub = Fixture::new(store).await;
    hub.write(user("Ann")).await;
    hub.write(rename("u-ann", "Anna", None)).await;
    hub.write(user_with("u-2", "Ann")).await;
    assert_taken(&hub.refused(user_with("u-3", "Anna")).await, "User", "userName");
    assert_eq!(hub.select("User", "userName eq \"ann\"").await, ["u-2"]);
    assert_eq!(hub.select("User", "userName eq \"anna\"").await, ["u-ann"]);
}

/// Each directory has names of its own.
pub async fn keys_are_unique_per_directory(store: Arc<dyn Resources>) {
    let hub = Fixture::new(store).await;
    let other = Fixture::named(Arc::clone(&hub.store), "other").await;
    hub.write(user("Ann")).await;
    other.write(user("Ann")).await;
    hub.write(delete("u-ann")).await;
    assert_eq!(other.select("User", "userName eq \"ann\"").await, ["u-ann"]);
    assert_eq!(hub.select("User", "userName eq \"ann\"").await, [""; 0]);
}

/// Each resource type has names of its own, and so has each attribute.
pub async fn keys_are_unique_per_type_and_attribute(store: Arc<dyn Resources>) {
    let hub = Fixture::new(store).await;
    let with = |id: &str, resource_type: &str, keys: Vec<Key>| ResourceWrite::Create {
        id: id.into(),
        resource_type: resource_type.to_owned(),
        body: "{}".into(),
        keys,
        display: None,
        members: Vec::new(),
        attributes: Vec::new(),
    };
    hub.write(with("1", "User", vec![Key::new("username", "x", true)])).await;
    hub.write(with("2", "Group", vec![Key::new("username", "x", true)])).await;
    hub.write(with("3", "User", vec![Key::new("externalid", "x", true)])).await;
    assert_taken(
        &hub.refused(with("4", "User", vec![Key::new("externalid", "x", true)])).await,
        "User",
        "externalid",
    );
}

/// Keys that are not unique are only looked up; a clash needs two unique ones.
pub async fn keys_that_are_not_unique_may_repeat(store: Arc<dyn Resources>) {
    let hub = Fixture::new(store).await;
    let with = |name: &str, unique: bool| {
        let mut write = user(name);
        if let ResourceWrite::Create { keys, body, .. } = &mut write {
            keys.push(Key::new("displayname", "twin", unique));
            *body = format!("{{\"userName\":\"{name}\",\"displayName\":\"Twin\"}}").into();
        }
        write
    };
    hub.write(with("a", false)).await;
    hub.write(with("b", false)).await;
    hub.write(with("c", true)).await;
    assert_taken(&hub.refused(with("d", true)).await, "User", "displayName");
    assert_eq!(hub.select("User", "displayName eq \"twin\"").await, ["u-a", "u-b", "u-c"]);
}

/// In one batch the writes happen in order: a name freed by the first can be taken by the second.
pub async fn a_batch_can_hand_a_key_over(store: Arc<dyn Resources>) {
    let hub = Fixture::new(store).await;
    hub.write(user("Ann")).await;
    hub.commit([delete("u-ann"), user_with("u-2", "Ann")]).await.expect("the name is free by then");
    hub.commit([rename("u-2", "Anna", None), user_with("u-3", "Ann")]).await.expect("and here again");
    let error = hub.commit([user_with("u-4", "Max"), user_with("u-5", "max")]).await;
    assert_taken(&error.expect_err("two of a kind"), "User", "userName");
}

/// A group's name is a key as any other, also when only the name changes.
pub async fn a_renamed_group_frees_its_name(store: Arc<dyn Resources>) {
    let hub = Fixture::new(store).await;
    hub.write(group("Staff", &[])).await;
    hub.write(regroup("Staff", "Crew", Vec::new())).await;
    hub.write(group("staff", &[])).await;
    assert_taken(&hub.refused(group("CREW", &[])).await, "Group", "displayName");
}

/// Of several that create one name at the same time, exactly one wins.
pub async fn of_concurrent_creates_one_wins(store: Arc<dyn Resources>) {
    let hub = Arc::new(Fixture::new(store).await);
    let tasks: Vec<_> = (0..16)
        .map(|n| {
            let hub = Arc::clone(&hub);
            tokio::spawn(async move { hub.commit([user_with(&format!("u-{n}"), "Ann")]).await })
        })
        .collect();
    let mut won = 0;
    for task in tasks {
        match task.await.expect("the task ends") {
            Ok(committed) => won += committed.results.len(),
            Err(StoreError::Uniqueness { .. }) => {}
            Err(other) => panic!("a clash is no {other:?}"),
        }
    }
    assert_eq!(won, 1);
    assert_eq!(hub.select("User", "userName eq \"ann\"").await.len(), 1);
    assert_eq!(hub.last_seq().await, 1, "those who lost leave no gap");
    assert_eq!(user_keys("ANN"), user_keys("Ann"));
}
