//! Filters (RFC 7644 §3.4.2.2, decisions D26 and D31).

use rollbook_filter::Limits;
use rollbook_protocol::{ClientKind, Lookup, Predicate, Quirks, ScimError, ScimType, keys};
use rollbook_schema::{Resource, Value};

use crate::fixtures::{ZOO, group, registry, resource, ty, user};

fn parse_as(kind: ClientKind, resource_type: &str, filter: &str) -> Result<Predicate, ScimError> {
    Predicate::parse(filter, &Limits::default(), registry(), resource_type, &Quirks::of(kind))
}

fn parse(resource_type: &str, filter: &str) -> Predicate {
    parse_as(ClientKind::Generic, resource_type, filter).unwrap_or_else(|error| panic!("{filter}: {error}"))
}

fn matches(resource_type: &str, resource: &Resource, filter: &str) -> bool {
    // `zoo:` stands for the URN of the extension.
    parse(resource_type, &filter.replace("zoo:", &format!("{ZOO}:"))).matches(resource)
}

#[track_caller]
fn check(resource_type: &str, resource: &Resource, cases: &[(&str, bool)]) {
    for (filter, expected) in cases {
        assert_eq!(matches(resource_type, resource, filter), *expected, "{filter}");
        let negated = format!("not ({filter})");
        assert_eq!(matches(resource_type, resource, &negated), !expected, "{negated}");
    }
}

#[track_caller]
fn check_user(cases: &[(&str, bool)]) {
    check("Keeper", &user(), cases);
}

#[test]
fn rfc7644_3_4_2_2_table_3_operators_on_strings() {
    check_user(&[
        (r#"userName eq "bjensen@EXAMPLE.com""#, true),
        (r#"userName eq "bjensen""#, false),
        (r#"userName ne "bjensen@example.com""#, false),
        (r#"userName ne "x""#, true),
        (r#"userName co "JENSEN@""#, true),
        (r#"userName sw "bj""#, true),
        (r#"userName sw "j""#, false),
        (r#"userName ew ".COM""#, true),
        (r#"userName ew "bj""#, false),
        (r#"userName gt "a""#, true),
        (r#"userName gt "BJENSEN@EXAMPLE.COM""#, false),
        (r#"userName ge "BJENSEN@EXAMPLE.COM""#, true),
        (r#"userName lt "C""#, true),
        (r#"userName le "b""#, false),
        (r#"USERNAME EQ "bjensen@example.com""#, true),
        (r#"name.familyName co "ENS""#, true),
        (r#"urn:ietf:params:scim:schemas:core:2.0:User:userName sw "B""#, true),
        (r#"URN:ietf:params:scim:schemas:CORE:2.0:user:NAME.givenname eq "barbara""#, true),
    ]);
}

#[test]
fn rfc7643_2_2_case_exact() {
    check_user(&[
        (r#"id eq "2819c223-7F76""#, true),
        (r#"id eq "2819c223-7f76""#, false),
        (r#"externalId eq "Ext-701984""#, true),
        (r#"externalId eq "ext-701984""#, false),
        (r#"zoo:code eq "Ab""#, true),
        (r#"zoo:code eq "ab""#, false),
        (r#"profileUrl sw "https://login.example.com/B""#, true),
        (r#"profileUrl sw "https://login.example.com/b""#, false),
        (r#"meta.resourceType eq "User""#, true),
        (r#"title eq "STRASSENBAU""#, true),
        (r#"title co "SSENB""#, true),
        (r#"title co "\u1E9E""#, true),
        (r#"groups eq "FC348AA8""#, true),
        (r#"groups.value eq "fc348aa8""#, false),
        (r#"groups.display eq "EMPLOYEES""#, true),
        (
            r#"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value eq "26118915-6090""#,
            true,
        ),
    ]);
}

#[test]
fn rfc7644_3_4_2_2_present() {
    check_user(&[
        ("userName pr", true),
        ("nickName pr", false),
        ("title PR", true),
        ("preferredLanguage pr", false),
        ("name pr", true),
        ("name.middleName pr", false),
        ("emails pr", true),
        ("emails.type pr", true),
        ("phoneNumbers pr", false),
        ("active pr", true),
        ("schemas pr", true),
        ("meta.created pr", true),
        ("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User pr", true),
        ("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department pr", true),
        ("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager pr", true),
        ("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:division pr", false),
        ("urn:example:unregistered:1.0:Thing pr", false),
        ("nonsense pr", false),
    ]);
    let empty = resource(r#"{"name": {"givenName": ""}, "emails": [{}], "title": null}"#);
    check("User", &empty, &[("name pr", false), ("emails pr", false), ("title pr", false)]);
}

#[test]
fn d26_an_absent_attribute_is_not_equal_and_nothing_else() {
    for path in [
        "preferredLanguage",
        "name.middleName",
        "phoneNumbers.value",
        "phoneNumbers",
        "nonsense",
        "emails.nonsense",
    ] {
        let cases =
            ["eq", "co", "sw", "ew", "gt", "ge", "lt", "le"].map(|op| (format!("{path} {op} \"x\""), false));
        for (filter, expected) in cases.into_iter().chain([(format!("{path} ne \"x\""), true)]) {
            assert_eq!(matches("User", &user(), &filter), expected, "{filter}");
            assert_eq!(matches("User", &user(), &format!("not ({filter})")), !expected, "not ({filter})");
        }
    }
}

#[test]
fn rfc7643_2_5_null_is_the_state_of_being_absent() {
    check_user(&[
        ("preferredLanguage eq null", true),
        ("preferredLanguage ne null", false),
        ("title eq null", false),
        ("title ne null", true),
        ("title co null", false),
        ("nonsense eq null", true),
        ("emails eq null", false),
        ("phoneNumbers eq null", true),
    ]);
}

#[test]
fn d31_a_complex_attribute_compares_its_value() {
    check_user(&[
        (r#"emails eq "BABS@jensen.org""#, true),
        (r#"emails eq "x""#, false),
        (r#"emails co "jensen""#, true),
        (r#"roles eq "Admin""#, true),
        (r#"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager eq "26118915-6090""#, true),
        (r#"manager eq "26118915-6090""#, true),
        (r#"name eq "Jensen""#, false),
        (r#"name ne "Jensen""#, true),
        (r#"addresses co "Hollywood""#, false),
        (r#"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User eq "x""#, false),
    ]);
}

#[test]
fn d31_one_element_is_enough_for_ne_too() {
    check_user(&[
        (r#"emails.type eq "home""#, true),
        (r#"emails.type ne "home""#, true),
        (r#"emails.type ne "work""#, true),
        (r#"addresses.type ne "work""#, false),
        (r#"zoo:tags eq "LION""#, true),
        (r#"zoo:tags ne "lion""#, true),
        (r#"schemas eq "urn:ietf:params:scim:schemas:core:2.0:User""#, true),
        (r#"schemas eq "urn:ietf:params:scim:schemas:core:2.0:Group""#, false),
    ]);
}

#[test]
fn d31_a_value_of_another_type_equals_nothing() {
    check_user(&[
        ("userName eq 5", false),
        ("userName ne 5", true),
        ("userName eq true", false),
        ("userName co 5", false),
        (r#"zoo:level eq "9""#, false),
        (r#"zoo:level ne "9""#, true),
        ("active eq 1", false),
        ("active ne 1", true),
        (r#"active eq "yes""#, false),
        (r#"active co "tr""#, false),
        (r#"meta.created eq "yesterday""#, false),
        (r#"meta.created ne "yesterday""#, true),
        ("zoo:level co 9", false),
    ]);
}

#[test]
fn d31_ordering_by_another_type_is_an_invalid_filter() {
    let cases = [
        (
            "userName gt 5",
            "`userName` cannot be compared by `gt` here: it is of type string; compare it with a string in quotes",
        ),
        (
            "userName le null",
            "`userName` cannot be compared by `le` here: it is of type string; compare it with a string in quotes",
        ),
        (
            "active gt true",
            "`active` cannot be compared by `gt` here: it is of type boolean, which has no order; use `eq` or `ne`",
        ),
        (
            "meta.lastModified ge \"yesterday\"",
            "`meta.lastModified` cannot be compared by `ge` here: it is of type dateTime; compare it with a dateTime in quotes, such as \"2011-05-13T04:42:34Z\"",
        ),
        (
            "emails[primary lt true]",
            "`primary` cannot be compared by `lt` here: it is of type boolean, which has no order; use `eq` or `ne`",
        ),
        (
            "emails gt 5",
            "`emails` cannot be compared by `gt` here: it is of type string; compare it with a string in quotes",
        ),
        (
            "urn:example:params:scim:schemas:extension:zoo:2.0:User:level gt \"5\"",
            "`urn:example:params:scim:schemas:extension:zoo:2.0:User:level` cannot be compared by `gt` here: it is of type integer; compare it with a number without quotes",
        ),
    ];
    for (filter, detail) in cases {
        let error = parse_as(ClientKind::Generic, "Keeper", filter).unwrap_err();
        assert_eq!((error.status, error.scim_type), (400, Some(ScimType::InvalidFilter)), "{filter}");
        assert_eq!(error.detail, detail, "{filter}");
    }
    let binary = format!("{ZOO}:key gt \"A\"");
    assert_eq!(
        parse_as(ClientKind::Generic, "Keeper", &binary).unwrap_err().scim_type,
        Some(ScimType::InvalidFilter)
    );
    assert!(parse_as(ClientKind::Generic, "Keeper", "nonsense gt 5").is_ok());
}

#[test]
fn d31_strict_refuses_what_no_schema_knows() {
    let unknown = [
        "nonsense pr",
        "emails.nonsense eq \"x\"",
        "emails[nonsense eq \"x\"]",
        "nonsense[value eq \"x\"]",
        "nonsense[value eq \"x\"].value eq \"x\"",
        "urn:example:unknown:name eq \"x\"",
        "name eq \"x\"",
        "department eq \"x\"",
    ];
    for filter in unknown {
        let error = parse_as(ClientKind::Strict, "User", filter).unwrap_err();
        assert_eq!(error.scim_type, Some(ScimType::InvalidFilter), "{filter}");
        assert!(parse_as(ClientKind::Generic, "User", filter).is_ok(), "{filter}");
    }
    assert!(parse_as(ClientKind::Strict, "User", "emails[type eq \"work\"].value eq \"x\"").is_ok());
}

#[test]
fn idp_clients_0_5_booleans_as_strings() {
    for text in ["True", "true", "TRUE"] {
        let filter = format!("active eq \"{text}\"");
        assert!(parse("User", &filter).matches(&user()), "{filter}");
        let strict = parse_as(ClientKind::Strict, "User", &filter).unwrap();
        assert!(!strict.matches(&user()), "{filter}");
    }
    check_user(&[
        ("active eq true", true),
        ("active ne true", false),
        (r#"active eq "False""#, false),
        (r#"roles[primary eq "True"]"#, true),
        (r#"roles[primary eq "True"].value eq "admin""#, true),
        (r#"emails[primary eq true and type eq "home"]"#, false),
    ]);
}

#[test]
fn rfc7643_2_3_5_date_times_compare_as_instants() {
    check_user(&[
        (r#"meta.lastModified eq "2011-05-13T06:42:34.000+02:00""#, true),
        (r#"meta.lastModified gt "2011-05-13T04:42:33Z""#, true),
        (r#"meta.lastModified ge "2011-05-13T04:42:34Z""#, true),
        (r#"meta.lastModified gt "2011-05-13T04:42:34Z""#, false),
        (r#"meta.lastModified lt "2011-05-13T04:42:34.001Z""#, true),
        (r#"meta.lastModified sw "2011-05""#, true),
        (r#"zoo:hired lt "2020-02-29T11:00:00Z""#, true),
        (r#"zoo:hired eq "2020-02-29T10:00:00Z""#, true),
    ]);
}

#[test]
fn rfc7643_2_3_4_numbers_compare_exactly() {
    check_user(&[
        ("zoo:level eq 9007199254740993", true),
        ("zoo:level eq 9007199254740992", false),
        ("zoo:level gt 9007199254740992", true),
        ("zoo:ratio eq 1.5", true),
        ("zoo:ratio eq 15e-1", true),
        ("zoo:ratio lt 1.51", true),
        ("zoo:ratio ge -2", true),
    ]);
}

#[test]
fn rfc7644_3_4_2_2_value_paths_look_at_one_element() {
    check_user(&[
        (r#"emails[type eq "work" and value co "@example.com"]"#, true),
        (r#"emails[type eq "home" and value co "@example.com"]"#, false),
        (r#"emails.type eq "home" and emails.value co "@example.com""#, true),
        (r#"emails[type eq "home" or type eq "work"]"#, true),
        (r#"emails[not (type pr)]"#, true),
        (r#"emails[type ne "home" and type ne "work"]"#, true),
        (r#"addresses[not (type eq "work")]"#, false),
        (r#"phoneNumbers[not (type eq "work")]"#, false),
        (r#"name[familyName eq "jensen"]"#, true),
        (r#"schemas[value ew "2.0:User"]"#, true),
        (r#"zoo:tags[value eq "tiger"]"#, true),
        (r#"zoo:keys[value eq "K2" and kind eq "STEEL"]"#, true),
        (r#"zoo:keys[value eq "K1" and kind eq "steel"]"#, false),
        (r#"urn:ietf:params:scim:schemas:core:2.0:User:emails[type eq "work"]"#, true),
        (
            r#"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User[department sw "tour" and manager.value pr]"#,
            true,
        ),
        (r#"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User[department sw "x"]"#, false),
        (r#"emails.value[type eq "work"]"#, false),
        (r#"nonsense[type eq "work"]"#, false),
    ]);
}

#[test]
fn entra_value_path_with_sub_attribute() {
    check_user(&[
        (r#"emails[type eq "work"].value eq "BJENSEN@example.com""#, true),
        (r#"emails[type eq "home"].value eq "bjensen@example.com""#, false),
        (r#"emails[type eq "home"].value ne "bjensen@example.com""#, true),
        (r#"emails[type eq "other"].value pr"#, false),
        (r#"emails[type eq "other"].value ne "x""#, true),
        (r#"emails[type eq "work"].nonsense eq "x""#, false),
        (r#"emails[type eq "work"].nonsense ne "x""#, true),
        (r#"phoneNumbers[type eq "work"].value eq "x""#, false),
        (r#"urn:ietf:params:scim:schemas:core:2.0:User:emails[type eq "work"].value ew "example.com""#, true),
        (r#"zoo:tags[value sw "l"].value eq "lion""#, true),
        (r#"nonsense[type eq "work"].value eq "x""#, false),
    ]);
}

#[test]
fn members_of_a_group() {
    check(
        "Group",
        &group(),
        &[
            (r#"members eq "U1""#, true),
            (r#"members eq "u1""#, false),
            (r#"members.value eq "lost""#, true),
            (r#"members[value eq "U1" and type eq "user"]"#, true),
            (r#"members[value eq "lost" and type eq "User"]"#, false),
            (r#"members.display co "babs""#, true),
            (r#"members ne "U1""#, true),
            (r#"id eq "e9e30dba" and members eq "U2""#, false),
        ],
    );
    for (filter, members, groups) in [
        ("displayName pr", false, false),
        ("members pr", true, false),
        ("displayName pr or not (members[type eq \"User\"].value pr)", true, false),
    ] {
        let predicate = parse("Group", filter);
        assert_eq!((predicate.reads_members(), predicate.reads_groups()), (members, groups), "{filter}");
    }
    assert!(parse("User", "groups.display eq \"x\"").reads_groups());
}

#[test]
fn logic_binds_and_before_or() {
    check_user(&[
        ("title pr or nickName pr and nonsense pr", true),
        ("(title pr or nickName pr) and nonsense pr", false),
        ("title pr and active eq true and userName pr", true),
    ]);
}

#[test]
fn a_question_about_one_member_needs_that_member_alone() {
    let cases: [(&str, Option<&[&str]>); 12] = [
        (r#"members eq "U1""#, Some(&["U1"])),
        (r#"id eq "e9e30dba" and members.value eq "U1""#, Some(&["U1"])),
        (r#"members eq "U1" or not (members eq "lost") or members eq "U1""#, Some(&["U1", "lost"])),
        (r#"members[value eq "U1"]"#, Some(&["U1"])),
        (r#"members[type eq "User" and value eq "U1"]"#, Some(&["U1"])),
        (r#"members[value eq "lost"].type ne "User""#, Some(&["lost"])),
        ("displayName pr", Some(&[])),
        (r#"members ne "U1""#, None),
        ("members pr", None),
        (r#"members[value eq "U1" or type eq "Group"]"#, None),
        (r#"members.display eq "U1" and members eq "U1""#, None),
        (r#"members[type eq "User"].value eq "U1""#, None),
    ];
    let whole = group();
    for (filter, expected) in cases {
        let predicate = parse("Group", filter);
        let asked = predicate.asked_members();
        assert_eq!(
            asked,
            expected.map(|it| it.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>()).as_deref(),
            "{filter}"
        );
        let Some(asked) = asked else { continue };
        let mut some = whole.clone();
        let is_asked = |member: &Value| {
            let value = member.as_complex().and_then(|member| member.get("value")).and_then(Value::as_str);
            asked.iter().any(|asked| Some(asked.as_str()) == value)
        };
        some.get_mut("members").unwrap().as_array_mut().unwrap().retain(is_asked);
        assert_eq!(predicate.matches(&some), predicate.matches(&whole), "{filter}");
    }
}

fn key(attribute: &str, value: &str) -> Option<Lookup> {
    Some(Lookup::Key { attribute: attribute.to_owned(), value: value.to_owned() })
}

#[test]
fn lookups_are_necessary_conditions() {
    let upn = "urn:ietf:params:scim:schemas:extension:ws1b:2.0:User:userPrincipalName";
    let cases = [
        ("User", r#"userName eq "BJensen""#.to_owned(), key("username", "bjensen"), true),
        (
            "User",
            r#"urn:ietf:params:scim:schemas:core:2.0:User:userName eq "x""#.to_owned(),
            key("username", "x"),
            true,
        ),
        ("User", r#"externalId eq "Ext""#.to_owned(), key("externalid", "Ext"), true),
        ("User", r#"id eq "Ab""#.to_owned(), Some(Lookup::Id("Ab".to_owned())), true),
        ("User", r#"emails eq "X@y""#.to_owned(), key("emails.value", "x@y"), true),
        ("User", r#"emails.value eq "X@y""#.to_owned(), key("emails.value", "x@y"), true),
        ("User", r#"emails[value eq "X@y"]"#.to_owned(), key("emails.value", "x@y"), true),
        (
            "User",
            r#"emails[type eq "work" and value eq "X@y"]"#.to_owned(),
            key("emails.value", "x@y"),
            false,
        ),
        ("User", r#"emails[type eq "work"].value eq "X@y""#.to_owned(), key("emails.value", "x@y"), false),
        (
            "User",
            format!("{upn} eq \"A\""),
            key("urn:ietf:params:scim:schemas:extension:ws1b:2.0:user:userprincipalname", "a"),
            true,
        ),
        (
            "Keeper",
            format!("{ZOO}:code eq \"Ab\""),
            key("urn:example:params:scim:schemas:extension:zoo:2.0:user:code", "Ab"),
            true,
        ),
        ("Group", r#"members eq "U""#.to_owned(), Some(Lookup::Member("U".to_owned())), true),
        ("Group", r#"members[value eq "U"]"#.to_owned(), Some(Lookup::Member("U".to_owned())), true),
        ("Group", r#"members eq "U" and displayName eq "G""#.to_owned(), key("displayname", "g"), false),
        ("Group", r#"id eq "G" and members eq "U""#.to_owned(), Some(Lookup::Id("G".to_owned())), false),
        (
            "User",
            r#"active eq true and displayName eq "A" and userName eq "B""#.to_owned(),
            key("username", "b"),
            false,
        ),
        ("User", r#"emails[value eq "X@y"].type ne "work""#.to_owned(), None, false),
        ("User", r#"emails[value eq "X@y"].type eq "work""#.to_owned(), key("emails.value", "x@y"), false),
        ("User", r#"title eq "x""#.to_owned(), None, false),
        ("User", r#"userName eq """#.to_owned(), None, false),
        ("User", r#"userName ne "x""#.to_owned(), None, false),
        ("User", r#"userName sw "x""#.to_owned(), None, false),
        ("User", "userName eq 5".to_owned(), None, false),
        ("User", r#"not (userName eq "x")"#.to_owned(), None, false),
        ("User", r#"userName eq "x" or id eq "y""#.to_owned(), None, false),
        ("User", r#"meta.version eq "x""#.to_owned(), None, false),
    ];
    for (resource_type, filter, lookup, exact) in cases {
        let predicate = parse(resource_type, &filter);
        assert_eq!(predicate.lookup(), lookup, "{filter}");
        assert_eq!(predicate.exact(), exact, "{filter}");
    }
}

#[test]
fn every_key_of_a_resource_is_found_by_its_own_filter() {
    let registry = registry();
    let resource = resource(&crate::fixtures::USER.replace("Ab", "\u{dc}\u{df}"));
    let keys = keys(&resource, ty(&registry, "Keeper"));
    assert!(keys.len() >= 7, "{keys:?}");
    for key in keys {
        let predicate = parse("Keeper", &format!("{} eq \"{}\"", key.attribute, key.value));
        let expected = Lookup::Key { attribute: key.attribute.to_string(), value: key.value.to_string() };
        assert_eq!(predicate.lookup(), Some(expected));
        assert!(predicate.exact() && predicate.matches(&resource), "{key:?}");
    }
}

#[test]
fn rfc7644_7_5_2_what_is_never_returned_cannot_be_read_out() {
    for test in ["sw \"1\"", "co \"1\"", "gt \"1\""] {
        for path in [format!("{ZOO}:pin"), format!("{ZOO}:keys.secret")] {
            let error = parse_as(ClientKind::Generic, "Keeper", &format!("{path} {test}")).unwrap_err();
            assert_eq!(error.scim_type, Some(ScimType::InvalidFilter));
        }
    }
    check_user(&[(r#"zoo:pin eq "1234""#, true), ("zoo:pin pr", true)]);
}

#[test]
fn limits_and_syntax_are_invalid_filters() {
    let limits = Limits { max_terms: 1, ..Limits::default() };
    let error =
        Predicate::parse("a pr or b pr", &limits, registry(), "User", &Quirks::default()).unwrap_err();
    assert_eq!((error.status, error.scim_type), (400, Some(ScimType::InvalidFilter)));
    for filter in ["", "userName sw O", "(title pr"] {
        assert_eq!(
            parse_as(ClientKind::Generic, "User", filter).unwrap_err().scim_type,
            Some(ScimType::InvalidFilter)
        );
    }
    assert_eq!(parse_as(ClientKind::Generic, "Robot", "title pr").unwrap_err().status, 404);
}

#[test]
fn values_that_break_the_schema_do_not_break_the_filter() {
    let odd = resource(
        r#"{"userName": 5, "emails": ["x@y", null, [1]], "name": "n", "active": "true", "meta": {"created": "never"}}"#,
    );
    check(
        "User",
        &odd,
        &[
            (r#"userName eq "5""#, false),
            (r#"userName ne "5""#, true),
            (r#"emails eq "X@Y""#, true),
            (r#"emails[value eq "x@y"]"#, true),
            (r#"name.familyName eq "n""#, false),
            ("active eq true", false),
            (r#"meta.created gt "2000-01-01T00:00:00Z""#, false),
            (r#"meta.created ne "2000-01-01T00:00:00Z""#, true),
        ],
    );
}

#[test]
fn a_predicate_can_be_shared() {
    fn shared<T: Send + Sync + Clone + std::fmt::Debug + 'static>(_: &T) {}
    let predicate = parse("User", "title pr");
    shared(&predicate);
    assert_eq!(predicate.filter().to_string(), "title pr");
}

#[test]
fn many_values_of_one_attribute_are_one_choice() {
    let or = |path: &str, values: &[&str]| {
        let terms: Vec<_> = values.iter().map(|value| format!("{path} eq \"{value}\"")).collect();
        terms.join(" or ")
    };
    let others = ["a", "z", "m", "Q", "é", ""];
    let with = |path: &str, value: &str| or(path, &[&others[..], &[value]].concat());
    let cases = [
        (with("userName", "bJENSEN@example.com"), true),
        (with("title", "STRASSENBAU"), true),
        (with("title", "stra\u{df}enbau"), true),
        (with("id", "2819c223-7F76"), true),
        (with("id", "2819C223-7F76"), false),
        (with("emails.value", "BABS@jensen.org"), true),
        (with("emails", "babs@jensen.org"), true),
        (with("emails.type", "other"), false),
        (format!("emails[{}]", with("type", "HOME")), true),
        (format!("emails[type eq \"work\" and ({})]", with("value", "babs@jensen.org")), false),
        (with("schemas", "urn:ietf:params:scim:schemas:core:2.0:User"), true),
        (with("locale", "en"), false),
        (format!("not ({})", with("locale", "en")), true),
        (format!("{} or active eq true", with("userName", "x")), true),
        (format!("{} or {}", with("userName", "x"), with("id", "2819c223-7F76")), true),
        (with("nickName", "x"), true),
    ];
    for (filter, expected) in cases {
        assert_eq!(matches("Keeper", &user(), &filter), expected, "{filter}");
    }
    let filter = or("members", &["U1", "U2", "U3", "U4", "U5"]);
    let predicate = parse("Group", &filter);
    assert_eq!(predicate.asked_members().unwrap(), ["U1", "U2", "U3", "U4", "U5"]);
    assert!(predicate.matches(&group()));
    assert_eq!((predicate.lookup(), predicate.exact()), (None, false));
}
