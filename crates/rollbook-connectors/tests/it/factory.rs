//! Connectors of targets.

use std::sync::Arc;

use bytes::Bytes;
use rollbook_connectors::{AddressPolicy, ScimFactory};
use rollbook_provision::ConnectorFactory;
use rollbook_standins::Habits;
use rollbook_store::{FailureClass, Keyring, Secret, Target, TargetHealth};

use crate::support::{Fixed, TOKEN, ann, now, standin};

fn target(url: &str, profile: &str, credential: Option<Bytes>) -> Target {
    Target {
        id: "t1".into(),
        directory: "d1".into(),
        name: "service".to_owned(),
        connector: "scim2".to_owned(),
        url: url.to_owned(),
        profile: Bytes::copy_from_slice(profile.as_bytes()),
        credential,
        created: now(),
        health: TargetHealth::default(),
    }
}

fn keyring() -> Keyring {
    Keyring::from_bytes([7; 32])
}

fn sealed(secret: &str) -> Option<Bytes> {
    let context = Target::credential_context(&"d1".into(), &"t1".into());
    Some(keyring().seal(&Fixed::default(), &context, &Secret::new(secret)))
}

fn factory(policy: AddressPolicy) -> ScimFactory {
    ScimFactory::new(Arc::new(keyring()), policy, Arc::new(Fixed::default()))
}

#[tokio::test]
async fn a_target_becomes_a_connector_with_its_credential_and_profile() {
    let service = standin(Habits::default()).await;
    let target = target(&service.url(), r#"{"concurrency":9}"#, sealed(TOKEN));
    let connector = factory(AddressPolicy::loopback()).connect(&target).unwrap();
    assert_eq!(connector.capabilities().concurrency, 9);
    connector.create(&ann()).await.unwrap();
    assert_eq!(service.users().len(), 1);
    assert!(!format!("{connector:?}").contains(TOKEN), "{connector:?}");
}

#[tokio::test]
async fn the_policy_of_the_factory_holds_for_every_connector() {
    let service = standin(Habits::default()).await;
    let connector =
        factory(AddressPolicy::default()).connect(&target(&service.url(), "", sealed(TOKEN))).unwrap();
    let error = connector.create(&ann()).await.unwrap_err();
    assert_eq!(error.failure.class, FailureClass::Configuration);
    assert!(error.failure.sentence.contains("127.0.0.1 is a loopback address"), "{error:?}");
    assert!(!error.ambiguous);
    assert_eq!(service.counts().total(), 0);
}

#[test]
fn a_target_that_is_set_up_wrongly_says_so() {
    let cases = [
        (target("https://host", r#"{"x":1}"#, None), FailureClass::Configuration, "unknown field `x`"),
        (target("nothing", "", None), FailureClass::Configuration, "address"),
        (target("https://host", "", sealed("two\nlines")), FailureClass::Credentials, "cannot be sent"),
        (
            target("https://host", "", Some(Bytes::from_static(b"junk"))),
            FailureClass::Credentials,
            "cannot be opened",
        ),
        (
            Target { id: "t2".into(), ..target("https://host", "", sealed(TOKEN)) },
            FailureClass::Credentials,
            "cannot be opened",
        ),
        (
            Target { connector: "uem".to_owned(), ..target("https://host", "", None) },
            FailureClass::Configuration,
            "no connector `uem`",
        ),
    ];
    for (target, class, says) in cases {
        let failure = factory(AddressPolicy::default()).connect(&target).unwrap_err();
        assert_eq!(failure.class, class, "{failure:?}");
        assert!(failure.sentence.contains(says), "{failure:?}");
        assert!(!failure.next_step.is_empty());
        assert!(!format!("{failure:?}").contains("lines"), "{failure:?}");
    }
}
