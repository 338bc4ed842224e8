//! The data: users of about 1.5 kB as answered, each in three groups; the same ones in every run.

use rollbook_testing::{ENTERPRISE, GROUP, USER};
use serde_json::{Value, json};

/// Groups that each user is in.
pub(crate) const GROUPS_OF_USER: usize = 3;

/// The user of a number, as an identity provider sends it.
pub(crate) fn user(number: usize) -> Value {
    let name = user_name(number);
    json!({
        "schemas": [USER, ENTERPRISE],
        "externalId": format!("ext-{number:08}"),
        "userName": name,
        "name": {
            "formatted": format!("Given{number:07} Family{number:07}"),
            "familyName": format!("Family{number:07}"),
            "givenName": format!("Given{number:07}"),
        },
        "displayName": format!("Given{number:07} Family{number:07}"),
        "title": "Engineer",
        "preferredLanguage": "en-US",
        "active": true,
        "emails": [{ "value": name, "type": "work", "primary": true }],
        "phoneNumbers": [{ "value": format!("+1-555-{number:07}"), "type": "mobile" }],
        "addresses": [{
            "type": "work",
            "streetAddress": "100 Universal City Plaza",
            "locality": "Hollywood",
            "postalCode": "91608",
            "country": "US",
        }],
        ENTERPRISE: { "employeeNumber": format!("e{number:07}"), "department": "Sales" },
    })
}

/// The `userName` of a user.
pub(crate) fn user_name(number: usize) -> String {
    format!("user{number:07}@example.com")
}

/// A group of a number with these members.
pub(crate) fn group(number: usize, members: &[String]) -> Value {
    let members: Vec<Value> = members.iter().map(|id| json!({ "value": id })).collect();
    json!({ "schemas": [GROUP], "displayName": format!("Group {number:05}"), "members": members })
}

/// An id as a server makes it, the same for a number in every run: a UUID of version 4.
pub(crate) fn id(kind: u64, number: usize) -> String {
    let mut state = (kind << 48) ^ number as u64;
    let [high, low] = [(); 2].map(|()| splitmix(&mut state));
    format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0xfff,
        ((low >> 48) & 0x3fff) | 0x8000,
        low & 0xffff_ffff_ffff
    )
}

/// A number below `bound`, in an order without a pattern, each as often as any other.
pub(crate) fn scattered(number: u64, bound: usize) -> usize {
    let mut state = number;
    usize::try_from(splitmix(&mut state) % bound as u64).expect("below a usize")
}

fn splitmix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut word = *state;
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}
