#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

mod ast;
mod build;
mod display;
mod error;
mod limits;
mod parse;
mod patch;
mod path;
mod text;
mod translate;

pub use ast::{AttrExp, CompValue, CompareOp, Filter, Test, ValuePath};
pub use error::{ParseError, ParseErrorKind};
pub use limits::Limits;
pub use patch::PatchPath;
pub use path::{AttrPath, SplitPath};
pub use translate::{Subject, Translator};

/// The accepted grammar as ABNF text (RFC 5234), with what differs from RFC 7644 Figure 1 said in comments.
///
/// It is documentation for people and tools: the parser is not generated from it.
pub const GRAMMAR: &str = include_str!("grammar.abnf");
