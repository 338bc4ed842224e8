//! Typed views.

use rollbook_schema::{EnterpriseUser, Group, User};

use super::resource;

#[test]
fn rfc7643_8_3_user() {
    let resource = resource(include_str!("../fixtures/rfc7643-sec8.3-L2140.json"));
    let user = User::new(&resource);
    assert_eq!(user.user_name(), Some("bjensen@example.com"));
    assert_eq!(user.external_id(), Some("701984"));
    assert_eq!(user.active(), Some(true));
    assert_eq!(user.name().and_then(|name| name.family_name()), Some("Jensen"));
    assert_eq!(user.emails().filter_map(|email| email.kind()).collect::<Vec<_>>(), ["work", "home"]);
    assert_eq!(user.primary_email().and_then(|email| email.value()), Some("bjensen@example.com"));
    assert_eq!(user.addresses().next().and_then(|address| address.postal_code()), Some("91608"));
    assert_eq!(user.groups().count(), 3);
    let enterprise = user.enterprise().unwrap();
    assert_eq!(enterprise.department(), Some("Tour Operations"));
    assert_eq!(enterprise.manager().and_then(|manager| manager.display_name()), Some("John Smith"));
    assert!(user.ws1b().is_none());
}

#[test]
fn rfc7643_8_4_group() {
    let resource = resource(include_str!("../fixtures/rfc7643-sec8.4-L2364.json"));
    let group = Group::new(&resource);
    assert_eq!(group.display_name(), Some("Tour Guides"));
    let members: Vec<_> = group.members().filter_map(|member| member.display()).collect();
    assert_eq!(members, ["Babs Jensen", "Mandy Pepperidge"]);
}

#[test]
fn members_of_another_type_are_absent() {
    let resource = resource(r#"{"userName":1,"active":"true","emails":[1,{"value":true}],"name":[]}"#);
    let user = User::new(&resource);
    assert_eq!((user.user_name(), user.active()), (None, None));
    assert_eq!(user.emails().count(), 1);
    assert!(user.name().is_none());
    assert!(EnterpriseUser::of(&resource).is_none());
}

#[test]
fn workspace_one() {
    let resource = resource(
        r#"{"urn:ietf:params:scim:schemas:extension:ws1b:2.0:User":{"domain":"example.com","customAttribute5":" "},
            "urn:ietf:params:scim:schemas:extension:ws1b:2.0:Group":{"description":"d"}}"#,
    );
    let ws1b = User::new(&resource).ws1b().unwrap();
    assert_eq!((ws1b.domain(), ws1b.custom_attribute_5()), (Some("example.com"), Some(" ")));
    assert_eq!(Group::new(&resource).ws1b().and_then(|group| group.description()), Some("d"));
}
