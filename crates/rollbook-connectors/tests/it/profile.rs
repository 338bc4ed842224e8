//! Profiles are data.

use std::time::Duration;

use rollbook_connectors::{DeleteStyle, Profile, RemoveMembers, UpdateStyle};

#[test]
fn nothing_is_the_default() {
    for json in ["", " ", "{}", r#"{"base":"generic"}"#] {
        assert_eq!(Profile::parse(json.as_bytes()).unwrap(), Profile::default(), "{json}");
    }
    let profile = Profile::default();
    assert_eq!((profile.update, profile.remove_members, profile.delete), Default::default());
    let capabilities = profile.capabilities();
    assert_eq!((capabilities.member_chunk, capabilities.concurrency), (100, 4));
    assert!(capabilities.users && capabilities.groups);
    assert_eq!(profile.timeout(), Duration::from_secs(30));
    assert_eq!(profile.match_users, ["externalId", "userName"]);
    assert_eq!(profile.match_groups, ["externalId", "displayName"]);
    assert_eq!(profile.content_type, "application/scim+json");
}

#[test]
fn every_named_profile_is_read() {
    for name in Profile::names() {
        let profile = Profile::named(name).unwrap_or_else(|| panic!("{name}"));
        let json = serde_json::to_vec(&profile).unwrap();
        assert_eq!(Profile::parse(&json).unwrap(), profile, "{name}");
    }
    assert_eq!(Profile::named("put-only").unwrap().update, UpdateStyle::Put);
    assert!(!Profile::named("users-only").unwrap().groups);
    assert_eq!(Profile::named("nothing"), None);
}

#[test]
fn keys_go_over_those_of_the_base() {
    let profile = Profile::parse(
        br#"{"base":"put-only","delete":"deactivate","remove_members":"value","member_chunk":7,"users":false}"#,
    );
    let profile = profile.unwrap();
    assert_eq!(profile.update, UpdateStyle::Put);
    assert_eq!(profile.delete, DeleteStyle::Deactivate);
    assert_eq!(profile.remove_members, RemoveMembers::Value);
    assert_eq!(profile.capabilities().delete, rollbook_provision::DeleteStyle::Deactivate);
    assert_eq!(profile.capabilities().member_chunk, 7);
    assert!(!profile.capabilities().users);
}

#[test]
fn a_wrong_profile_says_what_is_wrong() {
    for (json, says) in [
        (r#"{"member_chunks":1}"#, "member_chunks"),
        (r#"{"member_chunk":0}"#, "nonzero"),
        (r#"{"update":"post"}"#, "post"),
        (r#"{"base":"nobody"}"#, "generic, rollbook"),
        (r#"{"users":false,"groups":false}"#, "neither users nor groups"),
        (r#"{"match_users":[]}"#, "match_users"),
        ("[]", "sequence"),
        ("{", "EOF"),
    ] {
        let error = Profile::parse(json.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(says), "{json}: {error}");
    }
}

#[test]
fn attributes_are_excluded_by_name_and_by_extension() {
    let profile =
        Profile::parse(br#"{"exclude_attributes":["Title","urn:x:User","urn:y:User:costCenter"]}"#).unwrap();
    for (path, excluded) in [
        ("title", true),
        ("titles", false),
        ("title:x", false),
        ("urn:x:User", true),
        ("URN:X:USER:any", true),
        ("urn:x:Users", false),
        ("urn:y:User:costCenter", true),
        ("urn:y:User:costCenters", false),
        ("urn:y:User", false),
    ] {
        assert_eq!(profile.excludes(path), excluded, "{path}");
    }
}
