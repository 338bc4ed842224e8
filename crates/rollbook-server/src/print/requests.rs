//! The inbound request log, for people.

use rollbook_store::RequestRecord;

use super::table;

pub(crate) fn requests(rows: &Vec<RequestRecord>) -> String {
    if rows.is_empty() {
        return "No request yet.".to_owned();
    }
    let mut table = table(&["time (UTC)", "client", "token", "method", "path", "status", "ms", "reason"]);
    for it in rows {
        table.add_row([
            it.at.format("%Y-%m-%d %H:%M:%S").to_string(),
            it.client.clone().unwrap_or_default(),
            it.token.as_ref().map(|token| format!("{token}…")).unwrap_or_default(),
            it.method.clone(),
            it.path.clone(),
            it.status.to_string(),
            it.micros.div_ceil(1_000).to_string(),
            it.reason.clone().unwrap_or_default(),
        ]);
    }
    table.to_string()
}
