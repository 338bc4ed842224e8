//! Sealing and opening.

use proptest::prelude::*;
use rollbook_store::{
    Batch, Environment, Keyring, KeyringError, MemoryStore, Resources, Secret, Settings, SettingsWrite,
    SystemEnvironment, Target,
};

use crate::Fixed;

fn keyring() -> Keyring {
    Keyring::from_bytes([7; 32])
}

#[test]
fn what_is_sealed_opens_again() {
    let (keyring, context) = (keyring(), Target::credential_context(&"d".into(), &"t".into()));
    for text in ["", "hunter2", "päss wörd\n"] {
        let sealed = keyring.seal(&SystemEnvironment, &context, &Secret::new(text));
        assert_eq!(sealed.len(), 1 + 8 + 12 + text.len() + 16);
        assert_eq!(keyring.open(&context, &sealed).unwrap().expose(), text);
        let again = keyring.seal(&SystemEnvironment, &context, &Secret::new(text));
        assert_ne!(sealed, again, "the nonce is new each time");
    }
}

#[test]
fn the_sealed_form_does_not_change() {
    // Written down once: whoever changes it makes every stored credential unreadable.
    let sealed = keyring().seal(&Fixed::default(), "place", &Secret::new("hunter2"));
    let hex: String = sealed.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hex, GOLDEN);
}

const GOLDEN: &str =
    "014bb06f8e4e3a7715000102030405060708090a0b70f48704787beb67ce912ada178f3d1bb98b4d2cc95d90";

#[test]
fn a_sealed_value_opens_in_its_place_only() {
    let sealed = keyring().seal(&SystemEnvironment, "a/b/credential", &Secret::new("hunter2"));
    for context in ["a/c/credential", "a/b/credentia", "", "A/b/credential"] {
        let error = keyring().open(context, &sealed).unwrap_err();
        assert!(matches!(&error, KeyringError::Corrupt { context: it } if it == context), "{error:?}");
    }
}

#[test]
fn another_key_is_named() {
    let other = Keyring::from_bytes([8; 32]);
    let sealed = keyring().seal(&SystemEnvironment, "place", &Secret::new("hunter2"));
    let error = other.open("place", &sealed).unwrap_err();
    let (ours, theirs) = (keyring().key_id(), other.key_id());
    assert_eq!((ours.len(), theirs.len()), (16, 16));
    assert_eq!(
        error.to_string(),
        format!(
            "the data is sealed with key {ours}, but the key at hand is {theirs}; restore the other key file"
        )
    );
}

#[test]
fn a_newer_format_is_named() {
    let mut sealed = keyring().seal(&SystemEnvironment, "place", &Secret::new("x")).to_vec();
    sealed[0] = 2;
    let error = keyring().open("place", &sealed).unwrap_err();
    assert!(matches!(error, KeyringError::Format { format: 2 }), "{error:?}");
}

#[test]
fn a_key_is_read_from_text() {
    let text = keyring().to_text();
    assert_eq!(text.expose(), "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=");
    let read = Keyring::parse(&format!(" {}\n", text.expose())).unwrap();
    assert_eq!(read.key_id(), keyring().key_id());
    for wrong in ["", "BwcH", "not base64!", &text.expose()[1..], &text.expose().repeat(2)] {
        let error = Keyring::parse(wrong).unwrap_err();
        assert!(matches!(error, KeyringError::Malformed), "{wrong:?}");
        assert!(wrong.is_empty() || !error.to_string().contains(wrong), "the text is not shown");
    }
}

#[test]
fn generated_keys_differ() {
    let (a, b) = (Keyring::generate(&SystemEnvironment), Keyring::generate(&SystemEnvironment));
    assert_ne!(a.key_id(), b.key_id());
    let sealed = a.seal(&SystemEnvironment, "", &Secret::new("x"));
    b.open("", &sealed).unwrap_err();
}

#[test]
fn a_keyring_prints_its_id_only() {
    let text = format!("{:?}", keyring());
    assert_eq!(text, format!("Keyring {{ key_id: {:?}, .. }}", keyring().key_id()));
    assert!(!text.contains(keyring().to_text().expose()));
}

#[tokio::test]
async fn a_store_belongs_to_its_first_key() {
    let store = MemoryStore::new();
    keyring().verify_or_mark(&store, &SystemEnvironment).await.unwrap();
    let mark = store.mark("key_check").await.unwrap().unwrap();
    keyring().verify_or_mark(&store, &SystemEnvironment).await.unwrap();
    assert_eq!(store.mark("key_check").await.unwrap(), Some(mark), "it is marked once");
    let other = Keyring::from_bytes([8; 32]);
    let error = other.verify_or_mark(&store, &SystemEnvironment).await.unwrap_err();
    assert!(matches!(error, KeyringError::WrongKey { .. }), "{error:?}");
}

#[tokio::test]
async fn a_damaged_mark_is_refused() {
    let store = MemoryStore::new();
    for value in ["", "x"] {
        let write = SettingsWrite::PutMark { name: "key_check".to_owned(), value: value.into() };
        store.commit(Batch::global(SystemEnvironment.now()).setting(write)).await.unwrap();
        keyring().verify_or_mark(&store, &SystemEnvironment).await.unwrap_err();
    }
}

proptest! {
    #[test]
    fn no_changed_byte_opens(text in ".{0,40}", place: prop::sample::Index, bit in 0..8_u32, cut: prop::sample::Index) {
        let sealed = keyring().seal(&SystemEnvironment, "place", &Secret::new(text));
        let mut changed = sealed.to_vec();
        let place = place.index(changed.len());
        changed[place] ^= 1 << bit;
        prop_assert!(keyring().open("place", &changed).is_err());
        prop_assert!(keyring().open("place", &sealed[..cut.index(sealed.len())]).is_err());
    }

    #[test]
    fn any_bytes_are_refused_calmly(bytes: Vec<u8>) {
        prop_assert!(keyring().open("place", &bytes).is_err());
    }
}
