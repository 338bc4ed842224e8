//! Answers that hold many resources (RFC 7644 §3.4.2, §3.4.3).

use std::sync::Arc;

use http::{Response, StatusCode};
use rollbook_filter::{AttrPath, Filter};
use rollbook_protocol::{Predicate, Projection, ScimError, ScimType, SearchParams, Sort, invalid_filter};
use rollbook_schema::{ResourceType, Value, parse_value};
use rollbook_store::{GroupRef, Query, StoreError, Stored};

use super::paging::{Pages, Paging, refused};
use super::{Call, Refused, external, kind_filter};
use crate::body;
use crate::render::{Feed, Part, Shape};
use crate::response::{self, ResponseBody};

/// The parameters in the body of a search; those of the query are not looked at.
pub(crate) fn searched(call: &Call, body: &[u8]) -> Result<SearchParams, ScimError> {
    let message = parse_value(body, &call.limits().json).map_err(|error| body::invalid(&error))?;
    SearchParams::from_search(&message).map_err(|error| {
        let cursor = message.as_complex().and_then(|message| message.get("cursor"));
        refused(error, cursor.is_some_and(|cursor| !matches!(cursor, Value::Null)))
    })
}

/// `GET /{type}`, and `POST /{type}/.search`.
pub(crate) async fn list(
    call: &Call,
    ty: &ResourceType,
    params: &SearchParams,
) -> Result<Response<ResponseBody>, Refused> {
    let projection = call.projection(ty, params)?;
    let paging = Paging::of(call, &ty.endpoint, params)?;
    let filter = filter(call, params)?;
    let found = Question { filter: filter.as_ref(), params }.of(call, ty).await?;
    let page = match found {
        Some(query) => {
            let query = Query { start: paging.start(), count: paging.count, ..query };
            call.store().query(call.directory(), &query).await?
        }
        None => rollbook_store::Page::default(),
    };
    let pages = paging.around(&page);
    let mut list = List::new(call);
    list.add(ty, &projection, page.items).await?;
    list.answer(page.total, &pages).await
}

/// What is asked of the resources of each type.
pub(crate) struct Question<'q> {
    pub(crate) filter: Option<&'q Filter<'static>>,
    pub(crate) params: &'q SearchParams,
}

impl Question<'_> {
    /// The query for the resources of a type; `None` where the filter leaves none of them.
    pub(crate) async fn of(&self, call: &Call, ty: &ResourceType) -> Result<Option<Query>, Refused> {
        let registry = || Arc::clone(call.registry());
        let predicate = match self.filter.map(|filter| kind_filter::of(filter, call.type_ref(ty))) {
            None => None,
            Some(kind_filter::Rest::Nothing) => return Ok(None),
            Some(kind_filter::Rest::Everything) => None,
            Some(kind_filter::Rest::Filter(filter)) => {
                let filter = external::filter(call, ty, filter).await?;
                Some(Arc::new(Predicate::new(filter, registry(), &ty.name, &call.quirks)?))
            }
        };
        // A path that does not parse is an unknown attribute: the default order (decision D28).
        let sort_by = self.params.sort_by.as_deref().and_then(|path| AttrPath::new(path).ok());
        let sort = sort_by.and_then(|path| Sort::new(&path, self.params.descending, registry(), &ty.name));
        Ok(Some(Query { predicate, sort, ..Query::of(ty.name.clone(), 0) }))
    }
}

/// The filter of a request, read within its limits.
pub(crate) fn filter(call: &Call, params: &SearchParams) -> Result<Option<Filter<'static>>, ScimError> {
    let Some(text) = &params.filter else { return Ok(None) };
    let filter = Filter::parse_with(text, &call.limits().filter).map_err(|error| invalid_filter(&error))?;
    Ok(Some(filter.into_owned()))
}

/// A list on its way into an answer.
pub(crate) struct List<'c> {
    call: &'c Call,
    items: Vec<Part>,
    bytes: usize,
}

impl<'c> List<'c> {
    pub(crate) fn new(call: &'c Call) -> Self {
        Self { call, items: Vec::new(), bytes: 0 }
    }

    pub(crate) fn len(&self) -> usize {
        self.items.len()
    }

    /// Adds resources of a type; the groups of all of them are read in one go.
    pub(crate) async fn add(
        &mut self,
        ty: &ResourceType,
        projection: &Arc<Projection>,
        found: Vec<Stored>,
    ) -> Result<(), Refused> {
        let limit = self.call.limits().max_list_bytes;
        self.bytes = found.iter().fold(self.bytes, |bytes, stored| bytes.saturating_add(stored.body.len()));
        // A shorter page would be lost on clients that count by the page they asked for.
        if self.bytes > limit && self.items.len() + found.len() > 1 {
            return Err(too_large(limit).into());
        }
        let mut groups = self.groups(ty, projection, &found).await?.into_iter();
        let shape = Arc::new(Shape { ty: ty.clone(), projection: Arc::clone(projection) });
        self.items.reserve(found.len());
        for stored in found {
            let groups = groups.next().unwrap_or_default();
            self.items.push(Part::Resource(Arc::clone(&shape), stored, groups));
        }
        Ok(())
    }

    async fn groups(
        &self,
        ty: &ResourceType,
        projection: &Projection,
        found: &[Stored],
    ) -> Result<Vec<Arc<[GroupRef]>>, StoreError> {
        if found.is_empty() || !self.call.computed(ty).groups || !projection.wants("groups") {
            return Ok(Vec::new());
        }
        let ids: Vec<_> = found.iter().map(|stored| stored.id.clone()).collect();
        self.call.store().groups_of_each(self.call.directory(), &ids).await
    }

    /// The answer: the resources are rendered while it is sent, once they are many.
    pub(crate) async fn answer(self, total: u64, pages: &Pages) -> Result<Response<ResponseBody>, Refused> {
        let around = match pages {
            Pages::Index(start) => format!("\"startIndex\":{start},"),
            // Cursors are unreserved characters of RFC 3986 and need no escapes.
            Pages::Cursors { next, previous } => [("previousCursor", previous), ("nextCursor", next)]
                .into_iter()
                .filter_map(|(name, cursor)| Some(format!("\"{name}\":\"{}\",", cursor.as_ref()?)))
                .collect(),
        };
        let head = format!(
            "{{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:ListResponse\"],\"totalResults\":{total},\
             {around}\"itemsPerPage\":{},\"Resources\":[",
            self.items.len()
        );
        let mut feed = Feed::new(self.call.scene.clone());
        feed.push(Part::Bytes(head.into_bytes()));
        for (place, item) in self.items.into_iter().enumerate() {
            if place > 0 {
                feed.push(Part::Bytes(b",".to_vec()));
            }
            feed.push(item);
        }
        feed.push(Part::Bytes(b"]}".to_vec()));
        Ok(response::scim(StatusCode::OK, feed.body().await?))
    }
}

fn too_large(limit: usize) -> ScimError {
    ScimError::bad_request(
        ScimType::TooMany,
        format!(
            "the resources of the page are larger than the limit of {limit} bytes; ask for a smaller `count`"
        ),
    )
}
