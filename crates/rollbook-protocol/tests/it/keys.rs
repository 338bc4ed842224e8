//! Keys, display names, folding.

use proptest::prelude::*;
use rollbook_protocol::{Key, display_of, fold, keys};

use crate::fixtures::{USER, registry, resource, ty};

#[test]
fn keys_are_what_is_unique_and_what_is_looked_up() {
    let registry = registry();
    let found: Vec<String> = keys(&resource(USER), ty(&registry, "Keeper"))
        .into_iter()
        .map(|key| format!("{}={}{}", key.attribute, key.value, if key.unique { " unique" } else { "" }))
        .collect();
    insta::assert_snapshot!(found.join("\n"), @r"
    username=bjensen@example.com unique
    externalid=Ext-701984
    displayname=babs jensen
    emails.value=babs@jensen.org
    emails.value=bjensen@example.com
    emails.value=untyped@example.org
    urn:ietf:params:scim:schemas:extension:enterprise:2.0:user:employeenumber=701984
    urn:example:params:scim:schemas:extension:zoo:2.0:user:code=Ab unique
    ");
}

#[test]
fn d4_a_group_name_is_unique_without_regard_to_case() {
    let registry = registry();
    let group = ty(&registry, "Group");
    let upper = keys(&resource(r#"{"displayName": "STRASSE"}"#), group);
    assert_eq!(upper, keys(&resource("{\"displayName\": \"Stra\u{df}e\"}"), group));
    assert_eq!(upper, [Key::new("displayname", "strasse", true)]);
}

#[test]
fn a_value_is_a_key_once() {
    let registry = registry();
    let body = r#"{"emails": [{"value": "A@x", "type": "work"}, {"value": "b@x"}, {"value": "a@X"}, {"type": "home"}]}"#;
    let found = keys(&resource(body), ty(&registry, "User"));
    assert_eq!(found, [Key::new("emails.value", "a@x", false), Key::new("emails.value", "b@x", false)]);
    let upn = r#"{"urn:ietf:params:scim:schemas:extension:ws1b:2.0:User": {"userPrincipalName": "U@D"}}"#;
    assert_eq!(
        keys(&resource(upn), ty(&registry, "User")),
        [Key::new("urn:ietf:params:scim:schemas:extension:ws1b:2.0:user:userprincipalname", "u@d", false)]
    );
}

#[test]
fn display_names_fall_back() {
    for (body, expected) in [
        (r#"{"displayName": "D", "name": {"formatted": "F"}, "userName": "u"}"#, Some("D")),
        (r#"{"displayName": " ", "name": {"formatted": "F"}, "userName": "u"}"#, Some("F")),
        (r#"{"name": {"givenName": "G"}, "userName": "u"}"#, None),
        ("{}", None),
    ] {
        assert_eq!(display_of(&resource(body)).as_deref(), expected, "{body}");
    }
}

#[test]
fn fold_is_unicode_case_folding_then_nfc() {
    for (left, right) in [
        ("ABC-1", "abc-1"),
        ("Stra\u{df}e", "STRASSE"),
        ("\u{c9}t\u{e9}", "E\u{301}TE\u{301}"),
        ("\u{3a3}\u{3b1}\u{3c2}", "\u{3c3}\u{3b1}\u{3c3}"),
    ] {
        assert_eq!(fold(left), fold(right));
    }
    assert_ne!(fold("\u{131}"), fold("i"), "the dotless i is another letter");
    assert_ne!(fold("resume"), fold("r\u{e9}sum\u{e9}"));
}

proptest! {
    #[test]
    fn folding_again_changes_nothing_in_common_scripts(text in "[ -~À-ÿА-яΑ-ωĀ-ž]{0,12}") {
        let once = fold(&text);
        prop_assert_eq!(fold(&once), once);
    }
}
