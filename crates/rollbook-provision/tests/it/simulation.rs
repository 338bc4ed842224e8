//! Random histories with random faults, in virtual time: they converge to the model and make no account twice.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use proptest::prelude::*;
use rollbook_store::{Settings as _, TargetId};

use crate::hub::Hub;
use crate::service::{Service, name_of};

#[derive(Clone, Debug)]
enum Step {
    /// Creates the user, or gives it another title.
    User(u8),
    Manager(u8, Option<u8>),
    DeleteUser(u8),
    /// Creates the group, or renames nothing but describes it anew.
    Group(u8),
    DeleteGroup(u8),
    Join(u8, u8),
    Leave(u8, u8),
    /// Somebody deletes the account at the service by hand, and the hub is told of a change.
    Vanish(u8),
    /// The same with a group.
    VanishGroup(u8),
    /// Somebody changes the target.
    Reconfigure,
    Wait(u16),
    Restart,
    Crash,
    /// One of several nodes stands still, or goes on.
    Pause(u8, bool),
}

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

fn step() -> impl Strategy<Value = Step> {
    let (user, group) = (0..6_u8, 0..3_u8);
    prop_oneof![
        4 => user.clone().prop_map(Step::User),
        2 => (user.clone(), proptest::option::of(user.clone())).prop_map(|(user, boss)| Step::Manager(user, boss)),
        2 => user.clone().prop_map(Step::DeleteUser),
        3 => group.clone().prop_map(Step::Group),
        1 => group.clone().prop_map(Step::DeleteGroup),
        6 => (group.clone(), user.clone()).prop_map(|(group, user)| Step::Join(group, user)),
        1 => group.clone().prop_map(Step::VanishGroup),
        3 => (group, user.clone()).prop_map(|(group, user)| Step::Leave(group, user)),
        1 => user.prop_map(Step::Vanish),
        6 => (0..4_000_u16).prop_map(Step::Wait),
        1 => Just(Step::Restart),
        1 => Just(Step::Reconfigure),
        1 => Just(Step::Crash),
        2 => (0..2_u8, any::<bool>()).prop_map(|(node, paused)| Step::Pause(node, paused)),
    ]
}

/// A user or group of the model; the id names one life of it.
#[derive(Clone, Debug, Default)]
struct Entry {
    id: String,
    title: usize,
    manager: Option<u8>,
    members: BTreeSet<u8>,
}

const NAMES: [&str; 3] = ["givenName", "familyName", "middleName"];

impl Entry {
    /// Now and then there is none.
    fn title(&self) -> Option<String> {
        (!self.title.is_multiple_of(4)).then(|| self.title.to_string())
    }
}

#[derive(Debug, Default)]
struct Model {
    users: BTreeMap<u8, Entry>,
    groups: BTreeMap<u8, Entry>,
    count: usize,
}

impl Model {
    fn user_json(&self, key: u8) -> String {
        let user = &self.users[&key];
        let manager = user
            .manager
            .and_then(|boss| self.users.get(&boss))
            .map(|boss| format!(r#","{ENTERPRISE}":{{"manager":{{"value":"{}"}}}}"#, boss.id));
        let title = user.title();
        let title =
            title.map(|title| format!(r#","title":"{title}","name":{{"{}":"N"}}"#, NAMES[user.title % 3]));
        format!(
            r#"{{"userName":"u{key}","locale":"{}"{}{}}}"#,
            user.title,
            title.unwrap_or_default(),
            manager.unwrap_or_default()
        )
    }

    fn group_json(&self, key: u8) -> String {
        format!(
            r#"{{"displayName":"g{key}","externalId":"g{key}","nickName":"{}"}}"#,
            self.groups[&key].title
        )
    }

    async fn change_group(&mut self, key: u8, hub: &Hub) {
        self.groups.get_mut(&key).unwrap().title = self.count;
        hub.replace("Group", &self.groups[&key].id, &self.group_json(key)).await;
    }

    async fn take(&mut self, step: &Step, hub: &mut Hub, service: &Service) {
        self.count += 1;
        let count = self.count;
        match *step {
            Step::User(key) => {
                let fresh = !self.users.contains_key(&key);
                let user = self.users.entry(key).or_default();
                user.title = count;
                if fresh {
                    user.id = format!("u{key}-{count}");
                    hub.create("User", &self.users[&key].id, &self.user_json(key)).await;
                } else {
                    hub.replace("User", &self.users[&key].id, &self.user_json(key)).await;
                }
            }
            Step::Manager(key, boss) => {
                let boss = boss.filter(|boss| self.users.contains_key(boss));
                let Some(user) = self.users.get_mut(&key) else { return };
                user.manager = boss;
                hub.replace("User", &self.users[&key].id, &self.user_json(key)).await;
            }
            Step::DeleteUser(key) => {
                let Some(user) = self.users.remove(&key) else { return };
                for group in self.groups.values_mut() {
                    group.members.remove(&key);
                }
                // As an identity provider would: nobody keeps a manager that is gone.
                let reports: Vec<u8> = self
                    .users
                    .iter()
                    .filter(|(_, report)| report.manager == Some(key))
                    .map(|(&key, _)| key)
                    .collect();
                hub.delete(&user.id).await;
                for report in reports {
                    self.users.get_mut(&report).unwrap().manager = None;
                    hub.replace("User", &self.users[&report].id, &self.user_json(report)).await;
                }
            }
            Step::Group(key) => {
                if self.groups.contains_key(&key) {
                    self.change_group(key, hub).await;
                } else {
                    let group = self.groups.entry(key).or_default();
                    group.title = count;
                    group.id = format!("g{key}-{count}");
                    hub.create("Group", &self.groups[&key].id, &self.group_json(key)).await;
                }
            }
            Step::DeleteGroup(key) => {
                let Some(group) = self.groups.remove(&key) else { return };
                hub.delete(&group.id).await;
            }
            Step::Join(group, user) => {
                let (Some(group), Some(found)) = (self.groups.get_mut(&group), self.users.get(&user)) else {
                    return;
                };
                group.members.insert(user);
                hub.join(&group.id, &[&found.id]).await;
            }
            Step::Leave(group, user) => {
                let (Some(group), Some(found)) = (self.groups.get_mut(&group), self.users.get(&user)) else {
                    return;
                };
                group.members.remove(&user);
                hub.leave(&group.id, &[&found.id]).await;
            }
            Step::Vanish(key) => {
                let Some(user) = self.users.get_mut(&key) else { return };
                user.title = count;
                service.vanish(&format!("u{key}"));
                hub.replace("User", &self.users[&key].id, &self.user_json(key)).await;
            }
            Step::VanishGroup(key) => {
                if !self.groups.contains_key(&key) {
                    return;
                }
                service.vanish(&format!("g{key}"));
                self.change_group(key, hub).await;
            }
            Step::Reconfigure => {
                let mut target = hub.store.target(&TargetId::new("crm")).await.unwrap().unwrap();
                target.url = format!("https://{count}.example");
                hub.put_target(target).await;
            }
            Step::Wait(millis) => tokio::time::sleep(Duration::from_millis(millis.into())).await,
            Step::Restart => {
                hub.go_on();
                hub.stop().await;
                hub.start();
            }
            Step::Pause(node, paused) => hub.pause(node.into(), paused),
            Step::Crash => {
                hub.kill().await;
                service.state().busy.clear();
                hub.start();
            }
        }
    }

    /// Compares what the service holds with what it should hold.
    fn check(&self, service: &Service) {
        let state = service.state();
        let mut held: Vec<String> =
            state.accounts.values().map(|account| name_of(&account.attributes)).collect();
        held.sort();
        let mut wanted: Vec<String> = self.users.keys().map(|key| format!("u{key}")).collect();
        wanted.extend(self.groups.keys().map(|key| format!("g{key}")));
        wanted.sort();
        assert_eq!(held, wanted);
        drop(state);
        for (key, user) in &self.users {
            let attributes = service.account(&format!("u{key}")).attributes;
            assert_eq!(attributes.external_id(), Some(user.id.as_str()));
            assert_eq!(attributes.get("title").and_then(|title| title.as_str()), user.title().as_deref());
            let names: Vec<_> =
                attributes.get("name").into_iter().filter_map(|name| name.as_complex()).flatten().collect();
            let wanted = user.title().map(|_| NAMES[user.title % 3]);
            assert_eq!(
                names.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(),
                Vec::from_iter(wanted)
            );
            let manager = attributes
                .get(ENTERPRISE)
                .and_then(|value| value.as_complex()?.get("manager")?.as_complex()?.get("value")?.as_str());
            let wanted = user.manager.map(|boss| service.named(&format!("u{boss}")).pop().unwrap());
            assert_eq!(manager, wanted.as_deref(), "the manager of u{key}");
        }
        for (key, group) in &self.groups {
            let name = format!("g{key}");
            let members: Vec<String> = group.members.iter().map(|user| format!("u{user}")).collect();
            assert_eq!(service.members(&name), members, "the members of {name}");
            assert_eq!(
                service.account(&name).attributes.get("nickName").unwrap().as_str(),
                Some(group.title.to_string().as_str())
            );
        }
    }
}

/// Plays a history while the service fails, then lets it recover and waits until everything has arrived.
fn play(steps: &[Step], seed: u64, percent: u64, unique: bool, nodes: usize) {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let service = Service { unique, latency: Duration::from_millis(1 + seed % 40), ..Service::default() };
        service.state().chaos = Some((seed | 1, percent));
        let mut hub = Hub::new();
        hub.policy.look_again = Duration::from_secs(3_600);
        let other = Service { unique: !unique, ..Service::default() };
        hub.target("crm", &service).await;
        hub.target("other", &other).await;
        hub.nodes(nodes);
        hub.start();
        let mut model = Model::default();
        for step in steps {
            model.take(step, &mut hub, &service).await;
        }
        hub.go_on();
        // A target that never failed has everything at once, whatever the other one goes through, unless a node died.
        hub.synced_to("other", Duration::from_secs(15)).await;
        service.state().chaos = None;
        hub.policy.tick = Duration::from_secs(30);
        hub.stop().await;
        hub.start();
        hub.synced_to("crm", Duration::from_secs(10 * 3_600)).await;
        model.check(&service);
        model.check(&other);
        hub.stop().await;
    });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases / 4, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_history_converges(
        steps in proptest::collection::vec(step(), 1..60),
        seed in any::<u64>(),
        percent in 0..50_u64,
        unique in any::<bool>(),
    ) {
        play(&steps, seed, percent, unique, 0);
    }

    #[test]
    fn every_history_converges_on_two_nodes(
        steps in proptest::collection::vec(step(), 1..60),
        seed in any::<u64>(),
        percent in 0..50_u64,
        unique in any::<bool>(),
    ) {
        play(&steps, seed, percent, unique, 2);
    }
}
