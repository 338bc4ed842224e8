//! Which addresses may be called (design §3 HTTP).

use rollbook_connectors::{AddressPolicy, AddressRange, AddressRefusal};

fn policy(loopback: bool, private: bool, allow: &[&str]) -> AddressPolicy {
    let allow = allow.iter().map(|range| range.parse().unwrap()).collect();
    AddressPolicy { allow_loopback: loopback, allow_private: private, allow }
}

fn allowed(policy: &AddressPolicy, address: &str) -> bool {
    policy.allows(address.parse().unwrap(), true).is_ok()
}

const PUBLIC: [&str; 5] = ["1.1.1.1", "198.41.0.4", "172.32.0.1", "2606:4700::1111", "::ffff:1.1.1.1"];
const LOOPBACK: [&str; 5] = ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "::7f00:1"];
const PRIVATE: [&str; 8] = [
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "100.64.0.1",
    "fc00::1",
    "fd12:3456::1",
    "64:ff9b::10.0.0.1",
];
const OTHER: [&str; 15] = [
    "0.0.0.0",
    "169.254.1.1",
    "192.0.2.1",
    "198.18.0.1",
    "203.0.113.9",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "fe80::1",
    "ff02::1",
    "2001:db8::1",
    "2002:7f00:1::1",
    "2001::1",
    "fec0::1",
];
const METADATA: [&str; 8] = [
    "169.254.169.254",
    "169.254.170.2",
    "100.100.100.200",
    "fd00:ec2::254",
    "fd20:ce::254",
    "::ffff:169.254.169.254",
    "64:ff9b::169.254.169.254",
    "168.63.129.16",
];

#[test]
fn the_default_allows_public_addresses_only() {
    let policy = AddressPolicy::default();
    for address in PUBLIC {
        assert!(allowed(&policy, address), "{address}");
    }
    for address in LOOPBACK.iter().chain(&PRIVATE).chain(&OTHER).chain(&METADATA) {
        assert!(!allowed(&policy, address), "{address}");
    }
}

#[test]
fn each_switch_opens_its_own_kind() {
    for (policy, open) in
        [(policy(true, false, &[]), &LOOPBACK[..]), (policy(false, true, &[]), &PRIVATE[..])]
    {
        for address in LOOPBACK.iter().chain(&PRIVATE).chain(&OTHER).chain(&METADATA) {
            assert_eq!(allowed(&policy, address), open.contains(address), "{address} {policy:?}");
        }
    }
}

#[test]
fn a_named_range_opens_what_it_holds_and_no_more() {
    let policy = policy(false, false, &["10.20.0.0/16", "fe80::/10", "192.0.2.7"]);
    for (address, open) in [
        ("10.20.255.1", true),
        ("::ffff:10.20.0.9", true),
        ("10.21.0.1", false),
        ("fe80::9", true),
        ("192.0.2.7", true),
        ("192.0.2.8", false),
        ("127.0.0.1", false),
    ] {
        assert_eq!(allowed(&policy, address), open, "{address}");
    }
}

#[test]
fn metadata_services_are_never_called() {
    let policy = AddressPolicy::open();
    for address in METADATA {
        let refusal = policy.allows(address.parse().unwrap(), true).unwrap_err();
        assert!(matches!(refusal, AddressRefusal::Metadata(_)), "{address}: {refusal:?}");
    }
    for address in PUBLIC.iter().chain(&LOOPBACK).chain(&PRIVATE).chain(&OTHER[1..]) {
        assert!(allowed(&policy, address), "{address}");
    }
}

#[test]
fn plain_http_is_for_addresses_that_the_operator_allowed() {
    let address = "1.1.1.1".parse().unwrap();
    assert_eq!(AddressPolicy::default().allows(address, false), Err(AddressRefusal::Plain(address)));
    assert_eq!(policy(false, false, &["1.1.1.1"]).allows(address, false), Ok(()));
    assert_eq!(AddressPolicy::loopback().allows("127.0.0.1".parse().unwrap(), false), Ok(()));
}

#[test]
fn ranges_print_as_they_are_read() {
    for text in ["10.0.0.0/8", "0.0.0.0/0", "fd00::/8", "192.0.2.7/32", "::1/128"] {
        assert_eq!(text.parse::<AddressRange>().unwrap().to_string(), text);
    }
    assert_eq!("192.0.2.7".parse::<AddressRange>().unwrap().to_string(), "192.0.2.7/32");
    for text in ["", "10.0.0.0/33", "10.0.0/8", "fd00::/129", "localhost", "10.0.0.0/", "10.0.0.0/-1"] {
        let error = text.parse::<AddressRange>().unwrap_err().to_string();
        assert!(error.contains("write one such as"), "{error}");
    }
}

#[test]
fn a_policy_is_read_from_settings() {
    let policy: AddressPolicy =
        serde_json::from_str(r#"{"allow_private":true,"allow":["10.0.0.0/8"]}"#).unwrap();
    assert_eq!(policy, self::policy(false, true, &["10.0.0.0/8"]));
    assert!(serde_json::from_str::<AddressPolicy>(r#"{"allow_all":true}"#).is_err());
}
