//! The configuration: defaults, then one TOML file, then the environment, then flags.

mod keys;
mod numbers;
mod values;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use rollbook_http::HttpLimits;
use rollbook_store::Secret;

use self::values::Values;
use crate::error::ServerError;

/// The configuration of one process.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    /// Where to listen.
    pub(crate) listen: SocketAddr,
    /// What clients know the server by; `None` means the listener's own address.
    pub(crate) base_url: Option<String>,
    /// The certificate and key of the listener; `None` means plain HTTP.
    pub(crate) tls: Option<TlsFiles>,
    /// The proxies whose word about the client's address is taken: CIDR ranges.
    pub(crate) trusted_proxies: Vec<String>,
    /// The data directory.
    pub(crate) data: PathBuf,
    /// The PostgreSQL database that several nodes share; `None` means SQLite in the data directory.
    pub(crate) database: Option<Secret>,
    /// The most connections of this process to it.
    pub(crate) database_connections: usize,
    /// The key for credentials at rest, given directly.
    pub(crate) key: Option<Secret>,
    /// A file that holds it; `None` means `rollbook.key` in the data directory.
    pub(crate) key_file: Option<PathBuf>,
    /// Which addresses beyond public ones targets may have.
    pub(crate) allow_addresses: Vec<String>,
    /// Folders and JSON files with own resource types and schemas.
    pub(crate) schemas: Vec<PathBuf>,
    /// What a request may cost.
    pub(crate) limits: HttpLimits,
    /// How much of the inbound request log is kept.
    pub(crate) request_log: RequestLogKeeps,
    /// How much of the delivery log of each target is kept.
    pub(crate) delivery_log: rollbook_admin::DeliveryLogKeeps,
    /// What is logged: a level, or a list such as `info,rollbook_http=debug`.
    pub(crate) log: String,
    /// How: `auto` (text on a terminal, JSON elsewhere), `text`, `json`.
    pub(crate) log_format: String,
}

/// Where certificate and key are, both PEM.
#[derive(Clone, Debug)]
pub(crate) struct TlsFiles {
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
}

/// How much of the inbound request log is kept for each directory.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct RequestLogKeeps {
    /// How many rows; 0 switches the log off.
    pub(crate) rows: usize,
    /// For how many days.
    pub(crate) days: u32,
}

impl Config {
    /// Reads the configuration.
    ///
    /// `file` is the one asked for by `--config` or `ROLLBOOK_CONFIG`; without one, `./rollbook.toml` is read when it is
    /// there. `flags` win over the environment, which wins over the file.
    ///
    /// # Errors
    /// One sentence that names the key, its place and, for an unknown key, the nearest spelling.
    pub(crate) fn load(
        file: Option<&Path>,
        environment: impl Iterator<Item = (String, String)>,
        flags: &[(&'static str, String)],
    ) -> Result<Self, ServerError> {
        Self::build(&Values::read(file, environment, flags)?)
    }

    /// What clients know the server by when it listens on `address`.
    pub(crate) fn base_url_at(&self, address: SocketAddr) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        self.base_url.clone().unwrap_or_else(|| format!("{scheme}://{address}"))
    }

    fn build(values: &Values) -> Result<Self, ServerError> {
        let listen = values.text("listen").unwrap_or("127.0.0.1:8080");
        let listen: SocketAddr = listen.parse().map_err(|_| {
            values.wrong("listen", format!("`{listen}` is not an address such as 127.0.0.1:8080"))
        })?;
        let tls = tls(values)?;
        let base_url = base_url(values, listen, tls.is_some())?;
        let log_format = values.text("log_format").unwrap_or("auto").to_owned();
        if !["auto", "text", "json"].contains(&log_format.as_str()) {
            return Err(values.wrong("log_format", "must be one of: auto, text, json"));
        }
        for key in ["key", "key_file"] {
            if values.text(key).is_some_and(|value| value.trim().is_empty()) {
                return Err(values.wrong(key, "is empty; set it, or leave the key out"));
            }
        }
        Ok(Self {
            listen,
            base_url,
            tls,
            trusted_proxies: values.list("trusted_proxies"),
            data: values.text("data").map_or_else(|| PathBuf::from("data"), PathBuf::from),
            database: database(values)?,
            database_connections: numbers::connections(values)?,
            key: values.text("key").map(Secret::new),
            key_file: values.text("key_file").map(PathBuf::from),
            allow_addresses: values.list("allow_addresses"),
            schemas: values.list("schemas").into_iter().map(PathBuf::from).collect(),
            limits: numbers::limits(values)?,
            request_log: numbers::request_log(values)?,
            delivery_log: numbers::delivery_log(values)?,
            log: values.text("log").unwrap_or("info").to_owned(),
            log_format,
        })
    }
}

/// The address of a database. It may hold a password, so that what is wrong with it does not show it.
fn database(values: &Values) -> Result<Option<Secret>, ServerError> {
    let Some(address) = values.text("database") else { return Ok(None) };
    if !["postgres://", "postgresql://"].iter().any(|scheme| address.starts_with(scheme)) {
        let problem = "must begin with postgres://, such as postgres://rollbook@db.example/rollbook; leave the key out to \
                       have SQLite in the directory `data`";
        return Err(values.wrong("database", problem));
    }
    Ok(Some(Secret::new(address)))
}

fn tls(values: &Values) -> Result<Option<TlsFiles>, ServerError> {
    match (values.text("tls_certificate"), values.text("tls_key")) {
        (None, None) => Ok(None),
        (Some(certificate), Some(key)) => {
            Ok(Some(TlsFiles { certificate: certificate.into(), key: key.into() }))
        }
        (Some(_), None) => {
            Err(values.wrong("tls_certificate", "needs `tls_key` beside it: the private key, a PEM file"))
        }
        (None, Some(_)) => {
            Err(values
                .wrong("tls_key", "needs `tls_certificate` beside it: the certificate chain, a PEM file"))
        }
    }
}

fn base_url(values: &Values, listen: SocketAddr, tls: bool) -> Result<Option<String>, ServerError> {
    let Some(url) = values.text("base_url") else {
        if listen.ip().is_loopback() {
            return Ok(None);
        }
        let problem = "must be set when `listen` is not a loopback address: clients need to be told their address, \
                       such as https://hub.example";
        return Err(values.wrong_at("base_url", "listen", problem));
    };
    let url = url.trim_end_matches('/');
    if !url.starts_with("https://") && !url.starts_with("http://") {
        return Err(values.wrong("base_url", "must begin with https:// or http://"));
    }
    let host = url.split_once("://").map(|(_, rest)| rest).unwrap_or_default();
    if host.is_empty() || host.starts_with('/') || url.contains(['?', '#', '@', ' ', '"']) {
        return Err(values
            .wrong("base_url", "must be an address such as https://hub.example, without `?`, `#` or `@`"));
    }
    if tls && url.starts_with("http://") {
        return Err(values.wrong("base_url", "must begin with https:// when `tls_certificate` is set"));
    }
    Ok(Some(url.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(file: Option<&str>, environment: &[(&str, &str)]) -> Result<Config, String> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("rollbook.toml");
        std::fs::write(&path, file.unwrap_or_default()).unwrap();
        let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let loaded = Config::load(Some(&path), environment, &[]);
        loaded.map_err(|error| error.to_string().replace(&path.display().to_string(), "FILE"))
    }

    #[test]
    fn the_environment_wins_over_the_file() {
        let config =
            load(Some("listen = \"127.0.0.1:1\"\ndata = \"/a\""), &[("ROLLBOOK_DATA", "/b")]).unwrap();
        assert_eq!(config.listen.port(), 1);
        assert_eq!(config.data, PathBuf::from("/b"));
    }

    #[test]
    fn mistakes_are_one_sentence_that_names_the_key() {
        for (file, environment, sentence) in [
            ("lisen = \"x\"", vec![], "`lisen` in FILE is not a configuration key; did you mean `listen`?"),
            (
                "",
                vec![("ROLLBOOK_BASEURL", "x")],
                "`ROLLBOOK_BASEURL` in the environment is not a configuration key; did you mean `ROLLBOOK_BASE_URL`?",
            ),
            (
                "listen = \"here\"",
                vec![],
                "`listen` (from FILE): `here` is not an address such as 127.0.0.1:8080",
            ),
            ("log_format = \"xml\"", vec![], "`log_format` (from FILE): must be one of: auto, text, json"),
            (
                "database = \"hunter2@db/x\"",
                vec![],
                "`database` (from FILE): must begin with postgres://, such as postgres://rollbook@db.example/rollbook; leave the key out to have SQLite in the directory `data`",
            ),
            ("base_url = \"hub\"", vec![], "`base_url` (from FILE): must begin with https:// or http://"),
            (
                "",
                vec![("ROLLBOOK_KEY", " ")],
                "`key` (from ROLLBOOK_KEY): is empty; set it, or leave the key out",
            ),
            ("data = { a = 1 }", vec![], "`data` (from FILE): must be text, a number, or a list of text"),
            (
                "tls_key = \"k.pem\"",
                vec![],
                "`tls_key` (from FILE): needs `tls_certificate` beside it: the certificate chain, a PEM file",
            ),
            (
                "tls_key = \"k.pem\"\ntls_certificate = \"c.pem\"\nbase_url = \"http://hub.example\"",
                vec![],
                "`base_url` (from FILE): must begin with https:// when `tls_certificate` is set",
            ),
            (
                "max_body = \"lots\"",
                vec![],
                "`max_body` (from FILE): `lots` is not a number of bytes such as 16MiB",
            ),
            ("max_body = 10", vec![], "`max_body` (from FILE): must be 1024 to 1073741824"),
            ("max_page = 0", vec![], "`max_page` (from FILE): must be 1 to 10000"),
            ("page = 200\nmax_page = 100", vec![], "`page` (from FILE): must be 1 to 100"),
            (
                "",
                vec![("ROLLBOOK_REQUEST_LOG_DAYS", "x")],
                "`request_log_days` (from ROLLBOOK_REQUEST_LOG_DAYS): `x` is not a number",
            ),
            (
                "trusted_proxy = []",
                vec![],
                "`trusted_proxy` in FILE is not a configuration key; did you mean `trusted_proxies`?",
            ),
        ] {
            assert_eq!(load(Some(file), &environment).unwrap_err(), sentence);
        }
    }

    #[test]
    fn a_public_listener_needs_a_base_url() {
        assert!(
            load(Some("listen = \"0.0.0.0:80\""), &[])
                .unwrap_err()
                .starts_with("`base_url` (from FILE): must be set")
        );
        assert!(load(Some("listen = \"0.0.0.0:80\"\nbase_url = \"https://hub.example/\""), &[]).is_ok());
    }

    #[test]
    fn a_file_that_is_not_toml_names_its_line() {
        assert!(load(Some("data = \"x\"\nlisten ="), &[]).unwrap_err().contains("line 2"));
    }

    #[test]
    fn limits_and_lists_are_read() {
        let config = load(
            Some("max_body = \"1MiB\"\nmax_filter = 500\ntrusted_proxies = [\"10.0.0.0/8\", \"::1\"]"),
            &[("ROLLBOOK_REQUEST_LOG_ROWS", "0"), ("ROLLBOOK_SCHEMAS", "a.json, b")],
        )
        .unwrap();
        assert_eq!((config.limits.json.max_bytes, config.limits.filter.max_length), (1_048_576, 500));
        assert_eq!((config.limits.default_page, config.limits.max_page), (100, 1_000));
        assert_eq!(config.trusted_proxies, ["10.0.0.0/8", "::1"]);
        assert_eq!(config.schemas, [PathBuf::from("a.json"), PathBuf::from("b")]);
        assert_eq!(config.request_log, RequestLogKeeps { rows: 0, days: 30 });
        assert_eq!((config.delivery_log.rows, config.delivery_log.days), (100_000, 90));
        // A lower limit of pages lowers the page that nobody chose.
        assert_eq!(load(Some("max_page = 50"), &[]).unwrap().limits.default_page, 50);
    }

    #[test]
    fn tls_makes_the_address_https() {
        let plain = load(None, &[]).unwrap();
        assert_eq!(plain.base_url_at(plain.listen), "http://127.0.0.1:8080");
        let tls = load(Some("tls_certificate = \"c.pem\"\ntls_key = \"k.pem\""), &[]).unwrap();
        assert_eq!(tls.base_url_at(tls.listen), "https://127.0.0.1:8080");
    }
}
