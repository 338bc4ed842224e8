//! What a server says about itself when it starts.

use rollbook_schema::Registry;

use crate::config::{Config, RequestLogKeeps};
use crate::hub::Hub;

/// Says where it serves, what is on, and what to do first.
#[allow(clippy::print_stdout, reason = "this is for the person who started it, not a log")]
pub(super) fn say(config: &Config, hub: &Hub, base_url: &str, has_directories: bool) {
    let data = config.data.display();
    let data = match config.database {
        Some(_) => {
            format!("PostgreSQL, which other nodes may share; key and administration socket in {data}")
        }
        None => data.to_string(),
    };
    println!("rollbook {} serves {base_url}, data in {data}", env!("CARGO_PKG_VERSION"));
    println!("SCIM address for the identity provider: {base_url}/scim/v2/{{directory}}");
    println!("Token address for OAuth clients: {base_url}/acs/token");
    for line in what_is_on(config, hub.registry()) {
        println!("{line}");
    }
    if !has_directories {
        println!("No directory yet. In another terminal:");
        println!("  rollbook directory add \"Acme\"     makes one, with the address acme");
        println!("  rollbook token create acme        makes its token and shows it once");
    }
}

/// A line for each thing that the configuration switched on, or off.
fn what_is_on(config: &Config, registry: &Registry) -> Vec<String> {
    let mut lines = Vec::new();
    match &config.tls {
        Some(tls) => lines.push(format!("TLS: {}, read again on SIGHUP", tls.certificate.display())),
        None if base_is_https(config) => {
            lines.push("TLS: none here, as `base_url` begins with https:// a proxy must bring it".to_owned());
        }
        None if !config.listen.ip().is_loopback() => {
            lines.push("TLS: none, tokens cross the network in the clear".to_owned());
        }
        None => {}
    }
    if !config.trusted_proxies.is_empty() {
        lines.push(format!("Trusted proxies: {}", config.trusted_proxies.join(", ")));
    }
    if !config.schemas.is_empty() {
        let standard = Registry::standard();
        let types: Vec<String> = registry
            .resource_types()
            .filter(|it| standard.resource_type(&it.name).is_none())
            .map(|it| format!("{} ({})", it.name, it.endpoint))
            .collect();
        let schemas = registry.schemas().filter(|it| standard.schema(&it.id).is_none()).count();
        let types = if types.is_empty() { "none".to_owned() } else { types.join(", ") };
        lines.push(format!("Own resource types: {types}; own schemas: {schemas}"));
    }
    lines.push(match config.request_log {
        RequestLogKeeps { rows: 0, .. } => "Inbound request log: off".to_owned(),
        RequestLogKeeps { rows, days } => {
            format!("Inbound request log: {rows} rows and {days} days for each directory (rollbook requests)")
        }
    });
    lines
}

fn base_is_https(config: &Config) -> bool {
    config.base_url.as_ref().is_some_and(|url| url.starts_with("https://"))
}
