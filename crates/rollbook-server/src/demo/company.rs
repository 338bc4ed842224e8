//! The toy company, and what every service should hold of it.

use std::collections::{BTreeMap, BTreeSet};

use super::people::{DEPARTMENTS, FAMILY, GIVEN};

/// A company before its day begins.
#[derive(Clone, Debug)]
pub(super) struct Company {
    /// Those whom Entra ID pushes.
    pub(super) head_office: Part,
    /// Those whom Okta pushes.
    pub(super) labs: Part,
}

/// The people and groups of one identity provider.
#[derive(Clone, Debug, Default)]
pub(super) struct Part {
    pub(super) people: Vec<Person>,
    /// Group names, each with the indexes of its members in `people`.
    pub(super) groups: Vec<(String, Vec<usize>)>,
}

/// A person as an identity provider knows them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Person {
    /// The identity provider's own id of the person.
    pub(super) external_id: String,
    pub(super) user_name: String,
    pub(super) given: String,
    pub(super) family: String,
    pub(super) department: String,
    pub(super) title: Option<String>,
    pub(super) active: bool,
}

/// What a service should hold at the end.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Expected {
    /// By `userName`.
    pub(super) people: BTreeMap<String, Person>,
    /// By `displayName`: the `userName`s of the members.
    pub(super) groups: BTreeMap<String, BTreeSet<String>>,
}

impl Company {
    /// Three quarters of the people and two thirds of the groups are the head office's.
    pub(super) fn new(people: u16, groups: u16) -> Self {
        let (people, groups) = (usize::from(people), usize::from(groups));
        let head = people * 3 / 4;
        let head_groups = groups * 2 / 3;
        Self {
            head_office: Part::new(0..head, 0..head_groups, "acme.example"),
            labs: Part::new(head..people, head_groups..groups, "labs.acme.example"),
        }
    }

    /// How many people and groups there are before anybody leaves.
    pub(super) fn size(&self) -> usize {
        let parts = [&self.head_office, &self.labs];
        parts.iter().map(|part| part.people.len() + part.groups.len()).sum()
    }
}

impl Part {
    fn new(people: std::ops::Range<usize>, groups: std::ops::Range<usize>, domain: &str) -> Self {
        let people: Vec<Person> = people.map(|number| Person::new(number, domain)).collect();
        let count = people.len();
        let groups = groups
            .map(|number| {
                let name = match DEPARTMENTS.get(number) {
                    Some(department) => (*department).to_owned(),
                    None => format!("Project {number:02}"),
                };
                // Overlapping groups of different sizes, none empty.
                let members =
                    (0..count).filter(|index| (index + number).is_multiple_of(2 + number % 5)).collect();
                (name, members)
            })
            .collect();
        Self { people, groups }
    }
}

impl Person {
    fn new(number: usize, domain: &str) -> Self {
        let pick =
            |list: &[&str], at: usize| list.get(at % list.len()).copied().unwrap_or_default().to_owned();
        let given = pick(&GIVEN, number);
        let family = pick(&FAMILY, number / GIVEN.len() + number);
        let department = pick(&DEPARTMENTS, number);
        Self {
            external_id: format!("idp-{number:04}"),
            user_name: format!("p{number:04}@{domain}"),
            given,
            family,
            department,
            title: number.is_multiple_of(3).then(|| "Engineer".to_owned()),
            active: true,
        }
    }

    pub(super) fn display_name(&self) -> String {
        format!("{} {}", self.given, self.family)
    }
}
