//! What differs from one database to another.

use rollbook_filter::CompareOp;

use crate::columns::Kind;

#[derive(Clone, Copy, Debug)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

impl Dialect {
    /// Writes the placeholder of the value at `place`, from 1.
    pub(crate) fn placeholder(self, place: usize) -> String {
        match self {
            Self::Sqlite => format!("?{place}"),
            Self::Postgres => format!("${place}"),
        }
    }

    /// Makes a row of each element of a JSON array.
    pub(crate) fn elements(self, column: &str) -> String {
        match self {
            Self::Sqlite => format!("json_each({column}) AS element"),
            Self::Postgres => format!("jsonb_array_elements({column}) AS element(value)"),
        }
    }

    /// Reads a member of the element; its name is one of ours, not of a filter's.
    pub(crate) fn member(self, name: &str, kind: Kind) -> String {
        match (self, kind) {
            (Self::Sqlite, _) => format!("json_extract(element.value, '$.{name}')"),
            (Self::Postgres, Kind::Boolean) => format!("(element.value ->> '{name}')::boolean"),
            (Self::Postgres, _) => format!("(element.value ->> '{name}')"),
        }
    }

    /// Reads a date and time so that offsets do not matter.
    pub(crate) fn instant(self, sql: &str) -> String {
        match self {
            Self::Sqlite => format!("julianday({sql})"),
            Self::Postgres => format!("{sql}::timestamptz"),
        }
    }

    /// Compares text with a pattern. SQLite's `LIKE` knows no case, so text with case takes `GLOB` there.
    pub(crate) fn matches(self, sql: &str, pattern: &str, exact: bool) -> String {
        match (self, exact) {
            (Self::Sqlite, true) => format!("{sql} GLOB {pattern}"),
            (Self::Postgres, true) => format!("{sql} LIKE {pattern} ESCAPE '\\'"),
            (_, false) => format!("lower({sql}) LIKE lower({pattern}) ESCAPE '\\'"),
        }
    }

    /// Turns `co`, `sw` or `ew` and its text into a pattern in which every character of the text means itself.
    pub(crate) fn pattern(self, op: CompareOp, text: &str, exact: bool) -> String {
        let glob = exact && matches!(self, Self::Sqlite);
        let any = if glob { '*' } else { '%' };
        let mut pattern = String::new();
        if op != CompareOp::Sw {
            pattern.push(any);
        }
        for char in text.chars() {
            match char {
                '*' | '?' | '[' if glob => pattern.extend(['[', char, ']']),
                '%' | '_' | '\\' if !glob => pattern.extend(['\\', char]),
                plain => pattern.push(plain),
            }
        }
        if op != CompareOp::Ew {
            pattern.push(any);
        }
        pattern
    }
}
