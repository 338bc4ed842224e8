//! A filter made of bytes: every byte is a choice.

use rollbook_filter::{AttrExp, AttrPath, CompValue, CompareOp, Filter, Test, ValuePath};

/// Paths that a filter may name, known and unknown, some of them words of the grammar.
const PATHS: [&str; 20] = [
    "userName",
    "USERNAME",
    "id",
    "externalId",
    "active",
    "title",
    "emails",
    "emails.value",
    "emails.$ref",
    "name.familyName",
    "meta.lastModified",
    "members",
    "members.value",
    "groups.value",
    "schemas",
    "not",
    "and",
    "unknown-name_1",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value",
    "urn:example:unknown:2.0:User:shoeSize",
];

const SUBS: [&str; 6] = ["value", "type", "primary", "$ref", "not", "x-1"];

const NUMBERS: [&str; 8] = ["0", "-0", "1e2", "1.10", "-1.5E-3", "12345678901234567890123", "7", "1e999"];

const STRINGS: [&str; 8] = [
    "",
    "ana@example.com",
    "u1",
    "g1",
    "2011-05-13T04:42:34Z",
    "STRASSE",
    "quote \" back \\ line \n tab \t nul \u{0} \u{7f}",
    "\u{1f600}\u{301}",
];

/// The most tests; a tree of them stays below the default limits.
const TERMS: usize = 64;

/// Makes a filter of bytes; any bytes will do.
#[must_use]
pub fn filter_from(bytes: &[u8]) -> Filter<'static> {
    Choices { bytes, terms: TERMS }.filter(6, false)
}

struct Choices<'b> {
    bytes: &'b [u8],
    terms: usize,
}

impl Choices<'_> {
    /// The next byte; 0 when there are none left, which always chooses the simplest thing.
    fn byte(&mut self) -> usize {
        let Some((first, rest)) = self.bytes.split_first() else { return 0 };
        self.bytes = rest;
        usize::from(*first)
    }

    fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.byte() % choices.len()]
    }

    fn filter(&mut self, depth: usize, in_value_path: bool) -> Filter<'static> {
        let leaf = depth == 0 || self.terms < 8;
        self.terms = self.terms.saturating_sub(1);
        match self.byte() % if leaf { 2 } else { 8 } {
            2 => Filter::Not(Box::new(self.filter(depth - 1, in_value_path))),
            3 | 4 => self.operands(depth, in_value_path, true),
            5 => self.operands(depth, in_value_path, false),
            6 if !in_value_path => Filter::ValuePath(self.value_path(depth)),
            7 if !in_value_path => Filter::ValueAttr {
                path: self.value_path(depth),
                sub: self.one_of(&SUBS).into(),
                test: self.test(),
            },
            _ => Filter::Attr(AttrExp { path: self.path(), test: self.test() }),
        }
    }

    /// Two to four operands; one of the same kind gives its own operands away, as the parser has it.
    fn operands(&mut self, depth: usize, in_value_path: bool, and: bool) -> Filter<'static> {
        let mut operands = Vec::new();
        for _ in 0..2 + self.byte() % 3 {
            match self.filter(depth - 1, in_value_path) {
                Filter::And(inner) if and => operands.extend(inner),
                Filter::Or(inner) if !and => operands.extend(inner),
                other => operands.push(other),
            }
        }
        if and { Filter::And(operands) } else { Filter::Or(operands) }
    }

    fn value_path(&mut self, depth: usize) -> ValuePath<'static> {
        ValuePath { path: self.path(), filter: Box::new(self.filter(depth - 1, true)) }
    }

    fn path(&mut self) -> AttrPath<'static> {
        AttrPath::new(self.one_of(&PATHS)).unwrap()
    }

    fn test(&mut self) -> Test<'static> {
        match self.byte() % 6 {
            0 => Test::Present,
            _ => Test::Compare(self.one_of(&CompareOp::ALL), self.value()),
        }
    }

    fn value(&mut self) -> CompValue<'static> {
        match self.byte() % 7 {
            0 => CompValue::Null,
            1 => CompValue::Boolean(self.byte().is_multiple_of(2)),
            2 => CompValue::Number(self.one_of(&NUMBERS).into()),
            3 => CompValue::String(self.text().into()),
            _ => CompValue::String(self.one_of(&STRINGS).into()),
        }
    }

    /// A few bytes of the input as text.
    fn text(&mut self) -> String {
        let length = (self.byte() % 16).min(self.bytes.len());
        let (text, rest) = self.bytes.split_at(length);
        self.bytes = rest;
        String::from_utf8_lossy(text).into_owned()
    }
}
