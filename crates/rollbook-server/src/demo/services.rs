//! The three services of the demo, each with its own habits.

use std::num::NonZeroU64;
use std::time::Duration;

use rollbook_standins::{Fault, Habits, Standin, Throttle};
use rollbook_store::{Environment, Secret};
use serde_json::{Value, json};

use crate::error::ServerError;

/// The service that answers 429 now and then.
pub(super) const THROTTLED: &str = "wiki";

/// The service that refuses one person until its administrator mends it.
pub(super) const REFUSING: &str = "desk";

/// The person.
pub(super) const REFUSED: &str = "p0003@acme.example";

/// How many of its requests it refuses: one in so many.
const EVERY: NonZeroU64 = NonZeroU64::MIN.saturating_add(99);

/// A service of the demo.
#[derive(Debug)]
pub(super) struct Service {
    /// Its name, and its target's.
    pub(super) name: &'static str,
    /// What is special about it.
    pub(super) habit: &'static str,
    /// Whether it takes groups.
    pub(super) groups: bool,
    /// What the hub is told of it.
    pub(super) profile: Value,
    pub(super) standin: Standin,
}

/// The three services.
#[derive(Debug)]
pub(super) struct Services {
    all: Vec<Service>,
}

impl Services {
    pub(super) async fn start(environment: &dyn Environment) -> Result<Self, ServerError> {
        let start = async |habits: Habits| {
            let token = Secret::generate(environment, "demo_");
            Standin::start(habits, token.expose()).await.map_err(ServerError::io("starting a service"))
        };
        let chat = Habits { groups: false, ..Habits::default() };
        let wiki = Habits { throttle: Some(Throttle { every: EVERY, retry_after: 1 }), ..Habits::default() };
        let desk = Habits {
            down_for: Some(Duration::from_secs(4)),
            refuse_unknown_members: true,
            fail_user: Some(REFUSED.to_owned()),
            ..Habits::default()
        };
        Ok(Self {
            all: vec![
                Service {
                    name: "chat",
                    habit: "takes no groups",
                    groups: false,
                    profile: json!({ "groups": false }),
                    standin: start(chat).await?,
                },
                Service {
                    name: THROTTLED,
                    habit: "answers 429 now and then",
                    groups: true,
                    profile: json!({}),
                    standin: start(wiki).await?,
                },
                Service {
                    name: REFUSING,
                    habit: "is down for 4 s at first, refuses one person",
                    groups: true,
                    profile: json!({ "update": "put" }),
                    standin: start(desk).await?,
                },
            ],
        })
    }

    /// Has the service that refuses one person take everybody.
    pub(super) fn accept_everybody(&self) {
        for service in self.all.iter().filter(|it| it.name == REFUSING) {
            service.standin.command(Fault::FailUser(None));
        }
    }

    pub(super) fn all(&self) -> &[Service] {
        &self.all
    }
}
