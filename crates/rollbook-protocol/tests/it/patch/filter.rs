//! Paths with a value filter.

use super::check_users;

#[test]
fn rfc7644_3_5_2_a_sub_attribute_of_the_selected_elements() {
    check_users(&[
        (
            "replace",
            r#"{"userName": "a", "addresses": [{"type": "work", "locality": "A"}, {"type": "home"}]}"#,
            r#"[{"op": "replace", "path": "addresses[type eq \"work\"].streetAddress", "value": "7070 Hollow Apt 5"}]"#,
            r#"{"userName": "a", "addresses": [{"type": "work", "locality": "A", "streetAddress": "7070 Hollow Apt 5"}, {"type": "home"}]}"#,
        ),
        (
            "add overwrites",
            r#"{"userName": "a", "emails": [{"value": "1@x", "type": "work"}]}"#,
            r#"[{"op": "Add", "path": "emails[type eq \"work\"].value", "value": "2@x"}]"#,
            r#"{"userName": "a", "emails": [{"value": "2@x", "type": "work"}]}"#,
        ),
        (
            "every selected one",
            r#"{"userName": "a", "addresses": [{"type": "work", "locality": "A"}, {"type": "work", "locality": "B"}]}"#,
            r#"[{"op": "replace", "path": "addresses[type eq \"work\"].country", "value": "DE"}]"#,
            r#"{"userName": "a", "addresses": [{"type": "work", "locality": "A", "country": "DE"}, {"type": "work", "locality": "B", "country": "DE"}]}"#,
        ),
        (
            "capitals",
            r#"{"userName": "a", "emails": [{"value": "1@x", "type": "Work"}]}"#,
            r#"[{"op": "Replace", "path": "Emails[Type Eq \"work\"].Value", "value": "2@x"}]"#,
            r#"{"userName": "a", "emails": [{"value": "2@x", "type": "Work"}]}"#,
        ),
        (
            "the core schema's URI",
            r#"{"userName": "a", "emails": [{"value": "1@x", "type": "work"}]}"#,
            r#"[{"op": "Replace", "path": "urn:ietf:params:scim:schemas:core:2.0:User:emails[type eq \"work\"].value", "value": "2@x"}]"#,
            r#"{"userName": "a", "emails": [{"value": "2@x", "type": "work"}]}"#,
        ),
        (
            "remove",
            r#"{"userName": "a", "emails": [{"value": "1@x", "type": "work", "display": "D"}]}"#,
            r#"[{"op": "remove", "path": "emails[type eq \"work\"].display"}]"#,
            r#"{"userName": "a", "emails": [{"value": "1@x", "type": "work"}]}"#,
        ),
        (
            "null removes",
            r#"{"userName": "a", "emails": [{"value": "1@x", "type": "work", "display": "D"}]}"#,
            r#"[{"op": "replace", "path": "emails[type eq \"work\"].display", "value": null}]"#,
            r#"{"userName": "a", "emails": [{"value": "1@x", "type": "work"}]}"#,
        ),
        (
            "D14: a new primary clears the old one, wherever it stands",
            r#"{"userName": "a", "emails": [{"value": "1@x", "type": "work"}, {"value": "2@x", "primary": true}]}"#,
            r#"[{"op": "replace", "path": "emails[type eq \"work\"].primary", "value": "True"}]"#,
            r#"{"userName": "a", "emails": [{"value": "1@x", "type": "work", "primary": true}, {"value": "2@x", "primary": false}]}"#,
        ),
        (
            "an unknown sub-attribute is dropped",
            r#"{"userName": "a", "emails": [{"value": "1@x", "type": "work"}]}"#,
            r#"[{"op": "replace", "path": "emails[type eq \"work\"].colour", "value": "red"}]"#,
            r#"{"userName": "a", "emails": [{"value": "1@x", "type": "work"}]}"#,
        ),
        (
            "wrapped",
            r#"{"userName": "a", "emails": [{"value": "1@x", "type": "work"}]}"#,
            r#"[{"op": "Replace", "path": "emails[type eq \"work\"].value", "value": [{"$ref": null, "value": "2@x"}]}]"#,
            r#"{"userName": "a", "emails": [{"value": "2@x", "type": "work"}]}"#,
        ),
    ]);
}

#[test]
fn rfc7644_3_5_2_the_selected_elements_as_a_whole() {
    check_users(&[
        (
            "remove",
            r#"{"userName": "a", "phoneNumbers": [{"type": "mobile", "value": "1"}, {"type": "work", "value": "2"}]}"#,
            r#"[{"op": "Remove", "path": "phoneNumbers[type eq \"mobile\"]"}]"#,
            r#"{"userName": "a", "phoneNumbers": [{"type": "work", "value": "2"}]}"#,
        ),
        (
            "remove the last",
            r#"{"userName": "a", "phoneNumbers": [{"type": "mobile", "value": "1"}]}"#,
            r#"[{"op": "Remove", "path": "phoneNumbers[type eq \"mobile\"]"}]"#,
            r#"{"userName": "a"}"#,
        ),
        (
            "remove by two tests",
            r#"{"userName": "a", "emails": [{"type": "work", "value": "1@example.com"}, {"type": "work", "value": "1@other.org"}]}"#,
            r#"[{"op": "remove", "path": "emails[type eq \"work\" and value ew \"example.com\"]"}]"#,
            r#"{"userName": "a", "emails": [{"type": "work", "value": "1@other.org"}]}"#,
        ),
        (
            "remove by not",
            r#"{"userName": "a", "emails": [{"type": "work", "value": "1@x"}, {"value": "2@x"}]}"#,
            r#"[{"op": "remove", "path": "emails[not (type eq \"work\")]"}]"#,
            r#"{"userName": "a", "emails": [{"type": "work", "value": "1@x"}]}"#,
        ),
        (
            "remove by or",
            r#"{"userName": "a", "emails": [{"value": "1@x"}, {"value": "2@x"}, {"value": "3@x"}]}"#,
            r#"[{"op": "remove", "path": "emails[value eq \"1@x\" or value eq \"3@X\"]"}]"#,
            r#"{"userName": "a", "emails": [{"value": "2@x"}]}"#,
        ),
        (
            "removes do not shift",
            r#"{"userName": "a", "emails": [{"value": "1@x"}, {"value": "2@x"}, {"value": "3@x"}]}"#,
            r#"[{"op": "remove", "path": "emails[value eq \"1@x\"]"}, {"op": "remove", "path": "emails[value eq \"2@x\"]"}]"#,
            r#"{"userName": "a", "emails": [{"value": "3@x"}]}"#,
        ),
        (
            "D12: remove of nothing",
            r#"{"userName": "a", "emails": [{"value": "1@x"}]}"#,
            r#"[{"op": "remove", "path": "emails[value eq \"9@x\"]"}, {"op": "remove", "path": "ims[type eq \"xmpp\"]"}]"#,
            r#"{"userName": "a", "emails": [{"value": "1@x"}]}"#,
        ),
        (
            "replace puts a new element and keeps the terms",
            r#"{"userName": "a", "addresses": [{"type": "work", "locality": "A", "country": "DE"}]}"#,
            r#"[{"op": "replace", "path": "addresses[type eq \"work\"]", "value": {"locality": "B"}}]"#,
            r#"{"userName": "a", "addresses": [{"type": "work", "locality": "B"}]}"#,
        ),
        (
            "add merges into it",
            r#"{"userName": "a", "addresses": [{"type": "work", "locality": "A", "country": "DE"}]}"#,
            r#"[{"op": "add", "path": "addresses[type eq \"work\"]", "value": {"locality": "B"}}]"#,
            r#"{"userName": "a", "addresses": [{"type": "work", "locality": "B", "country": "DE"}]}"#,
        ),
        (
            "a bare string is its value",
            r#"{"userName": "a", "emails": [{"type": "work", "value": "1@x"}]}"#,
            r#"[{"op": "replace", "path": "emails[type eq \"work\"]", "value": "2@x"}]"#,
            r#"{"userName": "a", "emails": [{"type": "work", "value": "2@x"}]}"#,
        ),
        (
            "an element in an array",
            r#"{"userName": "a", "emails": [{"type": "work", "value": "1@x"}]}"#,
            r#"[{"op": "replace", "path": "emails[type eq \"work\"]", "value": [{"value": "2@x", "primary": "true"}]}]"#,
            r#"{"userName": "a", "emails": [{"type": "work", "value": "2@x", "primary": true}]}"#,
        ),
        (
            "null removes it",
            r#"{"userName": "a", "emails": [{"type": "work", "value": "1@x"}, {"value": "2@x"}]}"#,
            r#"[{"op": "replace", "path": "emails[type eq \"work\"]", "value": null}]"#,
            r#"{"userName": "a", "emails": [{"value": "2@x"}]}"#,
        ),
        (
            "two that become the same are one (D15)",
            r#"{"userName": "a", "emails": [{"type": "work", "value": "1@x"}, {"type": "work", "value": "2@x"}]}"#,
            r#"[{"op": "replace", "path": "emails[type eq \"work\"].value", "value": "3@x"}]"#,
            r#"{"userName": "a", "emails": [{"type": "work", "value": "3@x"}]}"#,
        ),
    ]);
}

#[test]
fn d13_a_filter_that_selects_nothing_makes_the_element() {
    check_users(&[
        (
            "add on nothing",
            r#"{"userName": "a"}"#,
            r#"[{"op": "Add", "path": "emails[type eq \"work\"].value", "value": "w@x"}]"#,
            r#"{"userName": "a", "emails": [{"type": "work", "value": "w@x"}]}"#,
        ),
        (
            "replace beside another",
            r#"{"userName": "a", "emails": [{"type": "home", "value": "h@x"}]}"#,
            r#"[{"op": "Replace", "path": "emails[type eq \"work\"].value", "value": "w@x"}]"#,
            r#"{"userName": "a", "emails": [{"type": "home", "value": "h@x"}, {"type": "work", "value": "w@x"}]}"#,
        ),
        (
            "a whole element",
            r#"{"userName": "a"}"#,
            r#"[{"op": "add", "path": "emails[type eq \"work\"]", "value": {"value": "w@x"}}]"#,
            r#"{"userName": "a", "emails": [{"type": "work", "value": "w@x"}]}"#,
        ),
        (
            "one element for one filter",
            r#"{"userName": "a"}"#,
            r#"[{"op": "Add", "path": "addresses[type eq \"work\"].locality", "value": "L"}, {"op": "Add", "path": "addresses[type eq \"work\"].country", "value": "C"}, {"op": "Add", "path": "addresses[type eq \"other\"].Formatted", "value": "F"}]"#,
            r#"{"userName": "a", "addresses": [{"type": "work", "locality": "L", "country": "C"}, {"type": "other", "formatted": "F"}]}"#,
        ),
        (
            "primary, type and value in any order",
            r#"{"userName": "a"}"#,
            r#"[{"op": "Add", "path": "emails[type eq \"work\"].primary", "value": "true"}, {"op": "Add", "path": "emails[type eq \"work\"].type", "value": "work"}, {"op": "Add", "path": "emails[type eq \"work\"].value", "value": "w@x"}]"#,
            r#"{"userName": "a", "emails": [{"type": "work", "primary": true, "value": "w@x"}]}"#,
        ),
        (
            "a Boolean term in a string",
            r#"{"userName": "a"}"#,
            r#"[{"op": "Add", "path": "roles[primary eq \"True\"].value", "value": "ADMIN"}, {"op": "Add", "path": "roles[primary eq \"True\"].display", "value": "Admin"}]"#,
            r#"{"userName": "a", "roles": [{"primary": true, "value": "ADMIN", "display": "Admin"}]}"#,
        ),
        (
            "a created primary clears the old one",
            r#"{"userName": "a", "roles": [{"value": "R", "primary": true}]}"#,
            r#"[{"op": "Add", "path": "roles[value eq \"S\"].primary", "value": true}]"#,
            r#"{"userName": "a", "roles": [{"value": "R", "primary": false}, {"value": "S", "primary": true}]}"#,
        ),
        (
            "several terms",
            r#"{"userName": "a"}"#,
            r#"[{"op": "Add", "path": "emails[type eq \"work\" and primary eq true].value", "value": "w@x"}, {"op": "Add", "path": "emails[type eq \"work\" and primary eq true].display", "value": "W"}]"#,
            r#"{"userName": "a", "emails": [{"type": "work", "primary": true, "value": "w@x", "display": "W"}]}"#,
        ),
        (
            "a term that no schema knows holds for the request",
            r#"{"userName": "a"}"#,
            r#"[{"op": "Add", "path": "roles[id eq \"7\"].value", "value": "ADMIN"}, {"op": "Add", "path": "roles[id eq \"7\"].display", "value": "Admin"}]"#,
            r#"{"userName": "a", "roles": [{"value": "ADMIN", "display": "Admin"}]}"#,
        ),
        (
            "null makes nothing",
            r#"{"userName": "a"}"#,
            r#"[{"op": "Replace", "path": "emails[type eq \"work\"].value", "value": null}]"#,
            r#"{"userName": "a"}"#,
        ),
        (
            "removed and made again",
            r#"{"userName": "a", "emails": [{"type": "work", "value": "1@x", "primary": true}]}"#,
            r#"[{"op": "Remove", "path": "emails[type eq \"work\"]"}, {"op": "Add", "path": "emails[type eq \"work\"].value", "value": "2@x"}]"#,
            r#"{"userName": "a", "emails": [{"type": "work", "value": "2@x"}]}"#,
        ),
    ]);
}
