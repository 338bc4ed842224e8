//! One thread of load: changes its own users and groups, one request after the other.

use std::collections::BTreeMap;

use rollbook_testing::{Client, Holdings, Random, Session, group, member_edit, patch, user};
use serde_json::{Value, json};

use super::model::{Model, Person};

/// From this many users on, none is created.
const MOST_USERS: usize = 120;

/// Changes things and remembers what was answered.
#[derive(Debug)]
pub(super) struct Worker {
    prefix: String,
    random: Random,
    made: usize,
    answered: usize,
    settled: Model,
    /// What it looks like if the request whose answer was cut off had its effect.
    doubted: Option<Model>,
    ids: BTreeMap<String, String>,
}

/// A request, and what the directory looks like after it.
struct Change {
    method: &'static str,
    path: String,
    body: Option<Value>,
    status: u16,
    after: Model,
    /// The name of what it creates.
    creates: Option<String>,
}

impl Worker {
    pub(super) fn new(number: usize, seed: u64) -> Self {
        Self {
            prefix: format!("w{number}-"),
            random: Random::new(seed),
            made: 0,
            answered: 0,
            settled: Model::default(),
            doubted: None,
            ids: BTreeMap::new(),
        }
    }

    pub(super) const fn model(&self) -> &Model {
        &self.settled
    }

    pub(super) const fn answered(&self) -> usize {
        self.answered
    }

    /// Makes one change; false when its answer was cut off.
    ///
    /// # Panics
    /// When the change is refused: all of them are good.
    pub(super) fn change(&mut self, session: &mut Session) -> bool {
        let change = self.next();
        let Ok(answer) = session.send(change.method, &change.path, change.body.as_ref()) else {
            self.doubted = Some(change.after);
            return false;
        };
        let (method, path) = (change.method, &change.path);
        assert_eq!(answer.status, change.status, "{method} {path} {:?}: {}", change.body, answer.text());
        if let Some(name) = change.creates {
            self.ids.insert(name, answer.id(201));
        }
        self.settled = change.after;
        self.answered += 1;
        true
    }

    /// Compares with what the restarted hub holds and learns how the doubted request ended.
    ///
    /// # Errors
    /// What differs.
    pub(super) fn settle(&mut self, held: &Holdings, client: &Client) -> Result<(), String> {
        let found = Model::of(held, &self.prefix);
        let doubted = self.doubted.take();
        if found != self.settled && doubted.as_ref() != Some(&found) {
            let doubted = doubted.map(|it| format!("\nif the last one counts:\n{}", it.differences(&found)));
            let lost = self.settled.differences(&found);
            return Err(format!("answered against held:\n{lost}{}", doubted.unwrap_or_default()));
        }
        self.settled = found;
        self.learn_ids(client);
        Ok(())
    }

    /// The ids of what was created without an answer.
    fn learn_ids(&mut self, client: &Client) {
        let mut session = client.session();
        for (endpoint, attribute, names) in [
            ("Users", "userName", self.settled.users.keys().cloned().collect::<Vec<_>>()),
            ("Groups", "displayName", self.settled.groups.keys().cloned().collect()),
        ] {
            for name in names.into_iter().filter(|name| !self.ids.contains_key(name)).collect::<Vec<_>>() {
                let path = format!("/{endpoint}?filter={attribute}%20eq%20%22{name}%22");
                let found = session.get(&path).unwrap().json();
                assert_eq!(found["totalResults"], 1, "{path}: {found}");
                self.ids.insert(name, found["Resources"][0]["id"].as_str().unwrap().to_owned());
            }
        }
    }

    fn next(&mut self) -> Change {
        let users = self.settled.users.len();
        let groups = self.settled.groups.len();
        match self.random.below(100) {
            _ if users < 3 => self.create_user(),
            0..30 if users < MOST_USERS => self.create_user(),
            0..50 => self.rename_user(),
            50..60 => self.toggle_user(),
            60..66 => self.delete_user(),
            66..72 if groups < 10 => self.create_group(),
            72..97 if groups > 0 => self.edit_members(),
            97..99 if groups > 0 => self.delete_group(),
            _ => self.create_user(),
        }
    }

    fn create_user(&mut self) -> Change {
        self.made += 1;
        let body = user(&format!("{}u{}", self.prefix, self.made));
        let name = body["userName"].as_str().unwrap().to_owned();
        let display = body["displayName"].as_str().unwrap().to_owned();
        let mut after = self.settled.clone();
        after.users.insert(name.clone(), Person { display, active: true });
        Change {
            method: "POST",
            path: "/Users".to_owned(),
            body: Some(body),
            status: 201,
            after,
            creates: Some(name),
        }
    }

    fn rename_user(&mut self) -> Change {
        self.made += 1;
        let name = self.any_user();
        let display = format!("Renamed {}", self.made);
        let body = patch(&[("replace", "displayName", json!(display))]);
        let mut after = self.settled.clone();
        after.users.get_mut(&name).unwrap().display = display;
        self.changed("PATCH", "Users", &name, body, after)
    }

    fn toggle_user(&mut self) -> Change {
        let name = self.any_user();
        let mut after = self.settled.clone();
        let person = after.users.get_mut(&name).unwrap();
        person.active = !person.active;
        let body = patch(&[("replace", "active", json!(person.active))]);
        self.changed("PATCH", "Users", &name, body, after)
    }

    fn delete_user(&mut self) -> Change {
        let name = self.any_user();
        let mut after = self.settled.clone();
        after.remove_user(&name);
        self.deleted("Users", &name, after)
    }

    fn create_group(&mut self) -> Change {
        self.made += 1;
        let name = format!("{}g{}", self.prefix, self.made);
        let members = [self.any_user(), self.any_user()];
        let ids = members.each_ref().map(|member| self.ids[member].as_str());
        let body = group(&name, &ids);
        let mut after = self.settled.clone();
        after.groups.insert(name.clone(), members.into_iter().collect());
        Change {
            method: "POST",
            path: "/Groups".to_owned(),
            body: Some(body),
            status: 201,
            after,
            creates: Some(name),
        }
    }

    /// Adds a member, or removes one that is there.
    fn edit_members(&mut self) -> Change {
        let name = self.any_group();
        let member = self.any_user();
        let mut after = self.settled.clone();
        let members = after.groups.get_mut(&name).unwrap();
        let add = !members.remove(&member);
        if add {
            members.insert(member.clone());
        }
        let body = member_edit(add, &self.ids[&member]);
        self.changed("PATCH", "Groups", &name, body, after)
    }

    fn delete_group(&mut self) -> Change {
        let name = self.any_group();
        let mut after = self.settled.clone();
        after.groups.remove(&name);
        self.deleted("Groups", &name, after)
    }

    fn changed(&self, method: &'static str, endpoint: &str, name: &str, body: Value, after: Model) -> Change {
        let path = format!("/{endpoint}/{}", self.ids[name]);
        Change { method, path, body: Some(body), status: 200, after, creates: None }
    }

    fn deleted(&self, endpoint: &str, name: &str, after: Model) -> Change {
        let path = format!("/{endpoint}/{}", self.ids[name]);
        Change { method: "DELETE", path, body: None, status: 204, after, creates: None }
    }

    fn any_user(&mut self) -> String {
        let at = self.random.below(self.settled.users.len());
        self.settled.users.keys().nth(at).unwrap().clone()
    }

    fn any_group(&mut self) -> String {
        let at = self.random.below(self.settled.groups.len());
        self.settled.groups.keys().nth(at).unwrap().clone()
    }
}
