//! Secrets do not show.

use rollbook_store::{Environment, Secret, SystemEnvironment, TokenHash};

use crate::Fixed;

#[test]
fn a_secret_prints_nothing() {
    #[derive(Debug)]
    struct Holder {
        #[expect(dead_code, reason = "read by Debug")]
        token: Option<Secret>,
    }
    let holder = Holder { token: Some(Secret::new("hunter2")) };
    let texts = [
        format!("{holder:?}"),
        format!("{holder:#?}"),
        format!("{:>20}", Secret::new("hunter2")),
        Secret::new("hunter2").to_string(),
    ];
    for text in texts {
        assert!(text.contains("[secret]") && !text.contains("hunter2"), "{text}");
    }
}

#[test]
fn a_secret_is_read_from_json() {
    let secret: Secret = serde_json::from_str("\"hunter2\"").unwrap();
    assert_eq!(secret.expose(), "hunter2");
    let error = serde_json::from_str::<Secret>("[]").unwrap_err();
    assert!(!error.to_string().contains("hunter2"));
}

#[test]
fn a_generated_secret_has_256_bits() {
    let secret = Secret::generate(&Fixed::default(), "rbk_");
    assert_eq!(secret.expose(), "rbk_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8");
    let environment = SystemEnvironment;
    let (a, b) = (Secret::generate(&environment, ""), Secret::generate(&environment, ""));
    assert_eq!((a.expose().len(), b.expose().len()), (43, 43));
    assert_ne!(a.expose(), b.expose());
    assert_ne!(environment.new_id(), environment.new_id());
}

#[test]
fn a_token_hash_is_sha_256() {
    // FIPS 180-4, the example of one block.
    let hash = TokenHash::of("abc");
    let hex: String = hash.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_eq!(TokenHash::from_bytes(*hash.as_bytes()), hash);
    assert_eq!(format!("{hash:?}"), "TokenHash(ba7816bf…)");
    assert_ne!(TokenHash::of("abd"), hash);
}

#[test]
fn new_ids_are_random_uuids() {
    assert_eq!(Fixed::default().new_id(), "00010203-0405-4607-8809-0a0b0c0d0e0f", "RFC 9562 §5.4");
}
