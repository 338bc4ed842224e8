//! Which attributes an answer shows (RFC 7644 §3.4.2.5, §3.9; RFC 7643 §7).

use proptest::prelude::*;
use rollbook_protocol::{Projection, ScimType};
use rollbook_schema::{Resource, Value};

use crate::fixtures::{ZOO, group, registry, resource, ty, user};

fn project(
    resource_type: &str,
    mut resource: Resource,
    attributes: Option<&str>,
    excluded: Option<&str>,
) -> Resource {
    let registry = registry();
    let ty = ty(&registry, resource_type);
    // `zoo` stands for the URN of the extension, `ent` for the enterprise one.
    let expand = |text: &str| text.replace("zoo", ZOO).replace("ent:", &format!("{ENTERPRISE}:"));
    let (attributes, excluded) = (attributes.map(expand), excluded.map(expand));
    let projection = Projection::parse(attributes.as_deref(), excluded.as_deref(), ty).unwrap();
    projection.apply(&mut resource, ty);
    resource
}

/// Names what is left: attributes, then `name.sub` of complex ones and `zoo:name` of extensions.
fn names(resource: &Resource) -> String {
    let mut names = Vec::new();
    for (name, value) in resource.as_complex() {
        let name = name.as_str().replace(ZOO, "zoo").replace(ENTERPRISE, "ent");
        let subs = |value: &Value| -> Vec<String> {
            let first = value.elements().next().and_then(Value::as_complex);
            first.into_iter().flatten().map(|(name, _)| name.as_str().to_owned()).collect()
        };
        match (&*name, value) {
            ("meta" | "groups" | "name" | "emails" | "members" | "addresses" | "roles", _) => {
                names.push(format!("{name}({})", subs(value).join(" ")));
            }
            ("zoo" | "ent", Value::Complex(complex)) => {
                let inner = complex.iter().map(|(name, value)| match subs(value) {
                    subs if subs.is_empty() => name.as_str().to_owned(),
                    subs => format!("{name}({})", subs.join(" ")),
                });
                names.push(format!("{name}[{}]", inner.collect::<Vec<_>>().join(" ")));
            }
            _ => names.push(name),
        }
    }
    names.join(" ")
}

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// What of the zoo is always returned: its badge and its door, without the secret.
const ALWAYS: &str = "zoo[badge door(value)]";

#[track_caller]
fn check(attributes: Option<&str>, excluded: Option<&str>, expected: &str) {
    assert_eq!(
        names(&project("Keeper", user(), attributes, excluded)),
        expected,
        "{attributes:?} {excluded:?}"
    );
}

#[test]
fn rfc7643_7_returned_by_default() {
    check(
        None,
        None,
        "schemas externalId userName name(formatted familyName givenName) displayName nickName profileUrl title active \
         emails(value type primary) addresses(type locality postalCode) roles(value primary) \
         ent[employeeNumber department manager(value displayName)] \
         zoo[level ratio hired key site code tags badge keys(value kind) door(value)] \
         urn:example:unregistered:1.0:Thing id groups(value display type) \
         meta(resourceType created lastModified location version)",
    );
}

#[test]
fn rfc7644_3_9_attributes_choose() {
    let always = |more: &str| format!("schemas {more}{ALWAYS} id");
    check(Some("userName"), None, &always("userName "));
    check(Some(" USERNAME ,, emails , "), None, &always("userName emails(value type primary) "));
    check(Some("name.familyName,name.givenName"), None, &always("name(familyName givenName) "));
    check(Some("name.familyName,name"), None, &always("name(formatted familyName givenName) "));
    check(Some("emails.value"), None, &always("emails(value) "));
    check(Some("urn:ietf:params:scim:schemas:core:2.0:User:emails.type"), None, &always("emails(type) "));
    check(Some("id"), None, &always(""));
    check(Some("nonsense"), None, &always(""));
    check(Some("name.nonsense"), None, &always(""));
    check(
        Some("meta.version,groups"),
        None,
        &format!("schemas {ALWAYS} id groups(value display type) meta(version)"),
    );
    check(Some("addresses.region"), None, &always(""));
}

#[test]
fn extensions_are_chosen_whole_or_in_part() {
    let with = |ent: &str, zoo: &str| format!("schemas {ent}{zoo} id");
    check(Some("ent:department"), None, &with("ent[department] ", ALWAYS));
    check(Some("ent:manager.displayName"), None, &with("ent[manager(displayName)] ", ALWAYS));
    check(Some("department"), None, &with("ent[department] ", ALWAYS));
    check(
        Some(ENTERPRISE),
        None,
        &with("ent[employeeNumber department manager(value displayName)] ", ALWAYS),
    );
    check(
        Some("zoo"),
        None,
        &with("", "zoo[level ratio hired key site code tags badge keys(value kind) door(value)]"),
    );
    check(Some("zoo:notes"), None, &with("", "zoo[badge notes door(value)]"));
    check(
        Some("zoo,zoo:notes"),
        None,
        &with("", "zoo[level ratio hired key site code tags badge notes keys(value kind) door(value)]"),
    );
    check(Some("zoo:keys.audit"), None, &with("", "zoo[badge keys(kind audit) door(value)]"));
    check(Some("zoo:keys.audit,zoo:keys"), None, &with("", "zoo[badge keys(value kind audit) door(value)]"));
    check(
        Some("zoo:pin,zoo:keys.secret,zoo:door.secret"),
        None,
        &with("", "zoo[badge keys(kind) door(value)]"),
    );
    check(
        Some("urn:example:unregistered:1.0:Thing"),
        None,
        &format!("schemas {ALWAYS} urn:example:unregistered:1.0:Thing id"),
    );
    check(
        Some("urn:ietf:params:scim:schemas:core:2.0:User"),
        None,
        &format!(
            "schemas externalId userName name(formatted familyName givenName) displayName nickName profileUrl title \
             active emails(value type primary) addresses(type locality postalCode) roles(value primary) {ALWAYS} id \
             groups(value display type) meta(resourceType created lastModified location version)"
        ),
    );
}

#[test]
fn rfc7644_3_9_excluded_attributes_take_away() {
    let excluded =
        "externalId,USERNAME,name,displayName,nickName,profileUrl,title,active,addresses,roles,groups,meta,\
                    urn:example:unregistered:1.0:Thing,ent:,emails.type,emails.primary,id,schemas,zoo"
            .replace("ent:", ENTERPRISE);
    check(None, Some(&excluded), &format!("schemas emails(value) {ALWAYS} id"));
    let result = project(
        "Keeper",
        user(),
        None,
        Some("emails.value,emails.type,emails.primary,zoo:badge,zoo:keys.kind"),
    );
    assert!(!result.contains("emails"));
    let zoo = result.get(ZOO).and_then(Value::as_complex).unwrap();
    assert!(zoo.contains("badge"));
    let keys = zoo.get("keys").unwrap().elements().map(Value::to_json_string).collect::<Vec<_>>();
    assert_eq!(keys, [r#"{"value":"K1","kind":"brass"}"#, r#"{"value":"K2","kind":"steel"}"#]);
}

#[test]
fn rfc7644_3_9_both_hide_what_either_hides() {
    check(
        Some("userName,name"),
        Some("name.formatted,userName"),
        &format!("schemas name(familyName givenName) {ALWAYS} id"),
    );
    check(Some("zoo:notes"), Some("zoo"), &format!("schemas {ALWAYS} id"));
}

#[test]
fn d8_the_path_before_a_bracket_is_used() {
    let expected = format!("schemas userName emails(value type primary) {ALWAYS} id");
    for attributes in [
        r#"emails[type eq "work"],userName"#,
        r#"userName,emails[type eq "a,b]" and value eq "\",["]"#,
        r#"emails[type eq "work"].value,userName"#,
        "userName,emails[",
    ] {
        check(Some(attributes), None, &expected);
    }
}

#[test]
fn empty_lists_count_as_absent() {
    let whole = names(&project("Keeper", user(), None, None));
    for empty in ["", " ", ",", " , "] {
        check(Some(empty), Some(empty), &whole);
    }
}

#[test]
fn what_is_no_path_is_an_invalid_value() {
    let registry = registry();
    let many = "a,".repeat(1_001);
    for text in ["user name", "1", "\"userName\"", "a.b.c", "*", &many] {
        for (attributes, excluded) in [(Some(text), None), (None, Some(text))] {
            let error = Projection::parse(attributes, excluded, ty(&registry, "User")).unwrap_err();
            assert_eq!((error.status, error.scim_type), (400, Some(ScimType::InvalidValue)), "{text}");
        }
    }
}

#[test]
fn a_splice_is_enough_unless_something_is_to_be_hidden() {
    let registry = registry();
    let cases = [
        ("User", None, None, true),
        ("Group", None, None, true),
        ("Group", None, Some("members"), true),
        ("Group", None, Some("members.display"), false),
        ("User", None, Some("groups,nonsense"), true),
        ("User", None, Some("groups,title"), false),
        ("User", None, Some("meta"), false),
        ("User", Some("id"), None, false),
        ("User", Some(","), Some(""), true),
        ("Keeper", None, None, false),
    ];
    for (resource_type, attributes, excluded, expected) in cases {
        let projection = Projection::parse(attributes, excluded, ty(&registry, resource_type)).unwrap();
        assert_eq!(projection.is_default(), expected, "{resource_type} {attributes:?} {excluded:?}");
    }
}

#[test]
fn members_are_wanted_where_they_are_shown() {
    let registry = registry();
    let cases = [
        (None, None, true),
        (None, Some("members"), false),
        (None, Some("Members[type eq \"User\"]"), false),
        (None, Some("members.display"), true),
        (None, Some("urn:ietf:params:scim:schemas:core:2.0:Group:members"), false),
        (Some("displayName"), None, false),
        (Some("members"), None, true),
        (Some("members.value"), None, true),
        (Some("urn:ietf:params:scim:schemas:core:2.0:Group"), None, true),
        (Some("members"), Some("members"), false),
    ];
    for (attributes, excluded, expected) in cases {
        let projection = Projection::parse(attributes, excluded, ty(&registry, "Group")).unwrap();
        assert_eq!(projection.wants("members"), expected, "{attributes:?} {excluded:?}");
        let shown = project("Group", group(), attributes, excluded).contains("members");
        assert_eq!(shown, expected, "{attributes:?} {excluded:?}");
    }
}

#[test]
fn empty_values_stay_as_they_are() {
    let odd = r#"{"emails": [], "name": {}, "addresses": "x", "roles": ["admin"]}"#;
    assert_eq!(names(&project("User", resource(odd), None, None)), "emails() name() addresses() roles()");
    let extension = format!("{{\"{ZOO}\": {{}}}}");
    assert_eq!(names(&project("Keeper", resource(&extension), None, None)), "zoo[]");
    assert_eq!(names(&project("Keeper", resource(&extension), Some("title"), None)), "");
}

fn any_list() -> impl Strategy<Value = Option<String>> {
    let name = prop::sample::select(vec![
        "userName",
        "emails",
        "emails.type",
        "name.givenName",
        "meta",
        "id",
        "schemas",
        "groups",
        "zoo",
        "zoo:pin",
        "zoo:badge",
        "zoo:notes",
        "zoo:keys",
        "zoo:keys.secret",
        "zoo:keys.audit",
        "zoo:keys.kind",
        "zoo:keys.value",
        "zoo:door",
        "zoo:door.secret",
        "zoo:door.value",
        "zoo:tags",
        "ent:manager",
        "ent:manager.value",
        "nonsense",
        "password",
        "urn:ietf:params:scim:schemas:core:2.0:User",
        "urn:example:unregistered:1.0:Thing",
    ]);
    prop::option::of(prop::collection::vec(name, 0..6).prop_map(|names| names.join(",")))
}

proptest! {
    #[test]
    fn what_is_never_returned_is_never_shown(attributes in any_list(), excluded in any_list()) {
        let mut user = user();
        user.insert("password", "hunter2");
        let shown = project("Keeper", user.clone(), attributes.as_deref(), excluded.as_deref());
        let text = String::from_utf8(shown.to_vec()).unwrap();
        for secret in ["hunter2", "password", "pin", "1234", "secret", "s1", "s2", "s3"] {
            let quoted = format!("\"{secret}\"");
            prop_assert!(!text.contains(&quoted), "{} in {}", secret, text);
        }
        // What is always returned is always there.
        for always in ["\"id\"", "\"schemas\"", "\"badge\""] {
            prop_assert!(text.contains(always), "{} in {}", always, text);
        }
        // Nothing is made up, and a second time changes nothing.
        let again = project("Keeper", shown.clone(), attributes.as_deref(), excluded.as_deref());
        prop_assert_eq!(&again, &shown);
        for (name, _) in shown.as_complex() {
            prop_assert!(user.contains(name.as_str()));
        }
        // What is excluded by its name is gone.
        if excluded.as_deref().is_some_and(|list| list.split(',').any(|name| name == "userName")) {
            prop_assert!(!shown.contains("userName"));
        }
    }

    #[test]
    fn any_text_is_answered(attributes in "[a-zA-Z:.,\\[\\]\"\\\\ $é]{0,40}", excluded in any::<Option<String>>()) {
        let registry = registry();
        let ty = ty(&registry, "Keeper");
        if let Ok(projection) = Projection::parse(Some(&attributes), excluded.as_deref(), ty) {
            let mut user = user();
            projection.apply(&mut user, ty);
            prop_assert!(user.contains("id") && user.contains("schemas"));
        }
    }
}
