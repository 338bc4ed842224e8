//! The user that is read, filtered and patched.

/// A user of some 1.5 kB; `lastModified` and `id` are such that no filter is decided by its first test alone.
pub(crate) const USER: &str = r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
"id":"2819c223-7f76-453a-919d-413861904649","externalId":"701984","userName":"bjensen@example.com",
"name":{"formatted":"Ms. Barbara J Jensen, III","familyName":"Jensen","givenName":"Barbara","middleName":"Jane","honorificPrefix":"Ms.","honorificSuffix":"III"},
"displayName":"Babs Jensen","nickName":"Babs","profileUrl":"https://login.example.com/bjensen","userType":"Employee","title":"Tour Guide",
"preferredLanguage":"en-US","locale":"en-US","timezone":"America/Los_Angeles","active":true,
"emails":[{"value":"bjensen@example.com","type":"work","primary":true},{"value":"babs@jensen.org","type":"home"}],
"phoneNumbers":[{"value":"555-555-5555","type":"work"},{"value":"555-555-4444","type":"mobile"}],
"addresses":[{"type":"work","streetAddress":"100 Universal City Plaza","locality":"Hollywood","region":"CA","postalCode":"91608","country":"US","primary":true}],
"ims":[{"value":"someaimhandle","type":"aim"}],
"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"employeeNumber":"701984","costCenter":"4130","organization":"Universal Studios","division":"Theme Park","department":"Tour Operations","manager":{"value":"26118915-6090-4610-87e4-49d8ca9f808d"}},
"meta":{"resourceType":"User","created":"2010-01-23T04:56:22Z","lastModified":"2011-05-13T04:42:35Z","version":"W/\"7\"","location":"https://example.com/v2/Users/2819c223-7f76-453a-919d-413861904649"}}"#;
