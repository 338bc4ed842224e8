//! Queries over all resource types at the server's root (RFC 7644 §3.4.2.1, §3.4.3).

use std::sync::Arc;

use http::Response;
use rollbook_protocol::{GroupView, Projection, ScimError, ScimType, SearchParams, Sort, SortKey, assemble};
use rollbook_schema::ResourceType;
use rollbook_store::query::creation_order;
use rollbook_store::{Query, Start, StoreError, Stored};

use super::list::{List, Question, filter};
use super::paging::{By, Pages, Paging};
use super::{Call, Refused};
use crate::render;
use crate::response::ResponseBody;

/// The last place that an order over several types is made for: beyond it they would all have to be held.
const MOST_SORTED: usize = 10_000;

/// `POST /.search`, and `GET` of the base itself.
///
/// Without `sortBy`, the types come one after the other, each in creation order. An attribute that a type does not have
/// counts as absent there, also in a strict directory (RFC 7644 §3.4.2.1).
pub(crate) async fn everything(
    call: &Call,
    params: &SearchParams,
) -> Result<Response<ResponseBody>, Refused> {
    let mut call = call.clone();
    call.quirks.unknown_attributes = true;
    let paging = Paging::of(&call, "/", params)?;
    let filter = filter(&call, params)?;
    let question = Question { filter: filter.as_ref(), params };
    let mut kinds = Vec::new();
    for ty in call.registry().resource_types() {
        let projection = call.projection(ty, params)?;
        if let Some(query) = question.of(&call, ty).await? {
            kinds.push(Kind { ty, projection, query });
        }
    }
    if kinds.iter().any(|kind| kind.query.sort.is_some()) {
        sorted(&call, &kinds, &paging).await
    } else {
        in_turn(&call, &kinds, &paging).await
    }
}

/// What is asked of one type.
struct Kind<'c> {
    ty: &'c ResourceType,
    projection: Arc<Projection>,
    query: Query,
}

/// A page of the types one after the other. Each type is asked once, for its total and its part of the page.
async fn in_turn(
    call: &Call,
    kinds: &[Kind<'_>],
    paging: &Paging,
) -> Result<Response<ResponseBody>, Refused> {
    let (mut skipped, from) = match &paging.by {
        By::Index(index) => (index.saturating_sub(1), None),
        By::Cursor(None, _) => (0, None),
        By::Cursor(Some(cursor), _) => (0, Some(Place::read(&cursor.position, kinds)?)),
    };
    let (mut list, mut total, mut next) = (List::new(call), 0_u64, None);
    for (at, kind) in kinds.iter().enumerate() {
        let mut count = paging.count.saturating_sub(list.len());
        let start = match (&paging.by, &from) {
            (By::Index(_), _) => Start::Index(skipped.saturating_add(1)),
            (By::Cursor(..), Some(place)) if at < place.kind => {
                count = 0;
                Start::First
            }
            (By::Cursor(..), Some(Place { kind, position: Some(position) })) if at == *kind => {
                Start::After(position.clone())
            }
            (By::Cursor(..), _) => Start::First,
        };
        // Once there is more of one type, the page is over.
        if next.is_some() {
            count = 0;
        }
        let start = if count == 0 { Start::Index(1) } else { start };
        let page = query(call, kind, start, count).await?;
        total = total.saturating_add(page.total);
        skipped = skipped.saturating_sub(page.total);
        let is_later = from.as_ref().is_none_or(|place| at >= place.kind);
        if count > 0 {
            next = page.next.map(|position| Place { kind: at, position: Some(position) });
        } else if next.is_none() && is_later && page.total > 0 {
            next = Some(Place { kind: at, position: None });
        }
        list.add(kind.ty, &kind.projection, page.items).await?;
    }
    let pages = match &paging.by {
        By::Index(index) => Pages::Index(*index),
        By::Cursor(_, query) => {
            let next = next.filter(|_| paging.count > 0);
            let next = next.map(|place| query.cursor(&place.write(kinds), false));
            Pages::Cursors { next, previous: None }
        }
    };
    list.answer(total, &pages).await
}

/// A page of all types in one order; a cursor is the index of the next page, since an order of several types has no
/// place in any one of them.
async fn sorted(call: &Call, kinds: &[Kind<'_>], paging: &Paging) -> Result<Response<ResponseBody>, Refused> {
    let start = match &paging.by {
        By::Index(index) => *index,
        By::Cursor(None, _) => 1,
        By::Cursor(Some(cursor), _) => cursor.position.parse().map_err(|_| foreign())?,
    };
    let first = usize::try_from(start.saturating_sub(1)).unwrap_or(usize::MAX);
    let mut end = if paging.count == 0 { 0 } else { first.saturating_add(paging.count) };
    if end > MOST_SORTED {
        let mut total = 0_u64;
        for kind in kinds {
            total = total.saturating_add(query(call, kind, Start::Index(1), 0).await?.total);
        }
        let total = usize::try_from(total).unwrap_or(usize::MAX);
        end = if first < total { end.min(total) } else { 0 };
        if end > MOST_SORTED {
            return Err(too_deep().into());
        }
    }
    let sort = kinds.iter().find_map(|kind| kind.query.sort.as_ref());
    let (mut found, mut total) = (Vec::new(), 0_u64);
    for (at, kind) in kinds.iter().enumerate() {
        let page = query(call, kind, Start::Index(1), end).await?;
        total = total.saturating_add(page.total);
        for stored in page.items {
            found.push((key(call, sort, &stored)?, at, stored));
        }
    }
    found.sort_by(|(a, _, x), (b, _, y)| a.cmp(b).then_with(|| creation_order(x, y)));
    let mut list = List::new(call);
    for (_, at, stored) in found.into_iter().skip(first).take(paging.count) {
        if let Some(kind) = kinds.get(at) {
            list.add(kind.ty, &kind.projection, vec![stored]).await?;
        }
    }
    let pages = match &paging.by {
        By::Index(index) => Pages::Index(*index),
        By::Cursor(_, query) => {
            let after = start.saturating_add(list.len() as u64);
            let next = (list.len() > 0 && after <= total).then_some(after);
            Pages::Cursors { next: next.map(|next| query.cursor(&next.to_string(), false)), previous: None }
        }
    };
    list.answer(total, &pages).await
}

async fn query(
    call: &Call,
    kind: &Kind<'_>,
    start: Start,
    count: usize,
) -> Result<rollbook_store::Page, StoreError> {
    let query = Query { start, count, ..kind.query.clone() };
    call.store().query(call.directory(), &query).await
}

/// Where a resource stands in the order.
fn key(call: &Call, sort: Option<&Sort>, stored: &Stored) -> Result<Option<SortKey>, StoreError> {
    let Some(sort) = sort else { return Ok(None) };
    let meta = stored.meta("");
    let no_groups: Option<&[GroupView<'_>]> = None;
    let whole = assemble(render::parse(call.registry(), stored)?, &meta, None, no_groups);
    Ok(Some(sort.key(&whole)))
}

/// Where a page goes on: a type, and a position in it.
struct Place {
    kind: usize,
    position: Option<String>,
}

impl Place {
    /// `User:` and the position, so that another set of types does not change what is meant.
    fn write(&self, kinds: &[Kind<'_>]) -> String {
        let name = kinds.get(self.kind).map_or("", |kind| kind.ty.name.as_str());
        match &self.position {
            Some(position) => format!("{name}:{position}"),
            None => name.to_owned(),
        }
    }

    fn read(text: &str, kinds: &[Kind<'_>]) -> Result<Self, ScimError> {
        let (name, position) = text.split_once(':').map_or((text, None), |(name, rest)| (name, Some(rest)));
        let kind = kinds.iter().position(|kind| kind.ty.name == name).ok_or_else(foreign)?;
        Ok(Self { kind, position: position.map(str::to_owned) })
    }
}

fn foreign() -> ScimError {
    let detail = "the cursor does not belong to this query; send an empty cursor to begin again";
    ScimError::bad_request(ScimType::InvalidCursor, detail)
}

fn too_deep() -> ScimError {
    ScimError::bad_request(
        ScimType::TooMany,
        format!(
            "an order over all resource types goes no further than {MOST_SORTED} resources; search one type, such as \
             `/Users/.search`, or leave out `sortBy`"
        ),
    )
}
