//! A day's traffic, in the shapes that Entra ID and Okta really send.

mod entra;
mod okta;

use super::company::{Company, Expected, Part};
use super::idp::Idp;
use super::services::REFUSED;
use crate::error::ServerError;

/// Plays both identity providers at once and returns what every service should hold after it.
pub(super) async fn play(company: Company, entra: Idp, okta: Idp) -> Result<Played, ServerError> {
    let (head_office, labs) =
        tokio::try_join!(entra::play(company.head_office, &entra), okta::play(company.labs, &okta))?;
    let mut expected = Expected::default();
    for part in [&head_office, &labs] {
        expected.add(part);
    }
    let refused = head_office.part.people.iter().position(|person| person.user_name == REFUSED);
    let refused = refused.and_then(|index| head_office.ids.get(index).cloned()).unwrap_or_default();
    Ok(Played { expected, entra, refused })
}

/// The day's traffic, played.
#[derive(Debug)]
pub(super) struct Played {
    /// What every service should hold.
    pub(super) expected: Expected,
    entra: Idp,
    /// The hub's id of the person whom one service refused.
    refused: String,
}

impl Played {
    /// Changes the person whom one service refused, as their identity provider does once the cause is mended.
    pub(super) async fn touch_refused(&mut self) -> Result<(), ServerError> {
        let title = "Accepted at last";
        entra::set_title(&self.entra, &self.refused, title).await?;
        if let Some(person) = self.expected.people.get_mut(REFUSED) {
            person.title = Some(title.to_owned());
        }
        Ok(())
    }
}

impl Expected {
    fn add(&mut self, part: &Day) {
        for person in part.part.people.iter().enumerate().filter(|(index, _)| !part.left.contains(index)) {
            self.people.insert(person.1.user_name.clone(), person.1.clone());
        }
        for (name, members) in &part.part.groups {
            let members = members.iter().filter(|index| !part.left.contains(index));
            let names = members.filter_map(|index| Some(part.part.people.get(*index)?.user_name.clone()));
            self.groups.insert(name.clone(), names.collect());
        }
    }
}

/// The state of a part at the end of its day.
#[derive(Debug, Default)]
struct Day {
    part: Part,
    /// The hub's ids of the people.
    ids: Vec<String>,
    /// The people who were deleted.
    left: Vec<usize>,
}
