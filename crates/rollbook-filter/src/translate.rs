//! Filters turned into something else: SQL, LDAP, a search engine's query.

use crate::ast::{AttrExp, CompValue, CompareOp, Filter, Test, ValuePath};
use crate::path::AttrPath;

/// Turns a filter into another form, from the leaves up; [`Filter::translate`] walks the tree.
///
/// Leaves come first and in source order, so numbered placeholders can be given as they come. Precedence is in the
/// tree, not in the pieces: a text form should bracket each operand it joins. `examples/filter_to_sql.rs` in the
/// source repository writes SQL for two databases with bound values.
///
/// ```
/// use std::convert::Infallible;
/// use rollbook_filter::{CompValue, CompareOp, Filter, Subject, Translator};
///
/// /// Says a filter in words.
/// struct Words;
///
/// impl Translator for Words {
///     type Output = String;
///     type Error = Infallible;
///
///     fn and(&mut self, operands: Vec<String>) -> Result<String, Infallible> {
///         Ok(format!("all of ({})", operands.join(", ")))
///     }
///     fn or(&mut self, operands: Vec<String>) -> Result<String, Infallible> {
///         Ok(format!("one of ({})", operands.join(", ")))
///     }
///     fn not(&mut self, operand: String) -> Result<String, Infallible> {
///         Ok(format!("unless {operand}"))
///     }
///     fn present(&mut self, subject: Subject<'_>) -> Result<String, Infallible> {
///         Ok(format!("{} is there", subject.path))
///     }
///     fn compare(
///         &mut self,
///         subject: Subject<'_>,
///         op: CompareOp,
///         value: &CompValue<'_>,
///     ) -> Result<String, Infallible> {
///         Ok(format!("{} {op} {value}", subject.path))
///     }
///     fn value_path(&mut self, subject: Subject<'_>, filter: String) -> Result<String, Infallible> {
///         Ok(format!("among {}: {filter}", subject.path))
///     }
/// }
///
/// # fn main() -> Result<(), rollbook_filter::ParseError> {
/// let filter = Filter::parse(r#"title pr and not (emails[type eq "work"])"#)?;
/// let Ok(words) = filter.translate(&mut Words);
/// assert_eq!(words, r#"all of (title is there, unless among emails: type eq "work")"#);
/// # Ok(())
/// # }
/// ```
pub trait Translator {
    /// What a filter becomes.
    type Output;
    /// Why a filter has no such form: an attribute without a column, an operator a type does not take.
    type Error;

    /// Joins operands that must all hold; there are at least two in a parsed filter.
    ///
    /// # Errors
    ///
    /// Fails where the target has no such form.
    fn and(&mut self, operands: Vec<Self::Output>) -> Result<Self::Output, Self::Error>;

    /// Joins operands of which at least one must hold; there are at least two in a parsed filter.
    ///
    /// # Errors
    ///
    /// Fails where the target has no such form.
    fn or(&mut self, operands: Vec<Self::Output>) -> Result<Self::Output, Self::Error>;

    /// Negates an operand.
    ///
    /// # Errors
    ///
    /// Fails where the target has no such form.
    fn not(&mut self, operand: Self::Output) -> Result<Self::Output, Self::Error>;

    /// Turns `pr` into its form.
    ///
    /// # Errors
    ///
    /// Fails where the target does not know the attribute.
    fn present(&mut self, subject: Subject<'_>) -> Result<Self::Output, Self::Error>;

    /// Turns a comparison into its form.
    ///
    /// # Errors
    ///
    /// Fails where the target does not know the attribute, or cannot compare it so.
    fn compare(
        &mut self,
        subject: Subject<'_>,
        op: CompareOp,
        value: &CompValue<'_>,
    ) -> Result<Self::Output, Self::Error>;

    /// Says that one value of the attribute meets `filter`, whose leaves had this attribute as
    /// [`Subject::within`].
    ///
    /// A test of a sub-attribute of selected values, `emails[type eq "work"].value eq "x"`, comes here as one more
    /// operand of `and` inside the brackets. Where no value is selected that is false, also for `ne`, which a service
    /// may take for true there (an attribute without a value differs from every value).
    ///
    /// # Errors
    ///
    /// Fails where the target does not know the attribute, or has no such form.
    fn value_path(&mut self, subject: Subject<'_>, filter: Self::Output)
    -> Result<Self::Output, Self::Error>;
}

/// The attribute that a piece of a filter is about.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Subject<'f> {
    /// The attribute of the value path around it, to whose values `path` is relative; `None` outside brackets.
    pub within: Option<&'f AttrPath<'f>>,
    /// The attribute's path.
    pub path: &'f AttrPath<'f>,
}

impl Filter<'_> {
    /// Walks the filter from the leaves up and returns what the translator makes of it.
    ///
    /// # Errors
    ///
    /// Returns the first error of the translator.
    pub fn translate<T: Translator>(&self, translator: &mut T) -> Result<T::Output, T::Error> {
        walk(self, None, translator)
    }
}

fn walk<T: Translator>(
    filter: &Filter<'_>,
    within: Option<&AttrPath<'_>>,
    translator: &mut T,
) -> Result<T::Output, T::Error> {
    match filter {
        Filter::And(operands) => {
            let operands = all(operands, within, translator)?;
            translator.and(operands)
        }
        Filter::Or(operands) => {
            let operands = all(operands, within, translator)?;
            translator.or(operands)
        }
        Filter::Not(inner) => {
            let inner = walk(inner, within, translator)?;
            translator.not(inner)
        }
        Filter::Attr(AttrExp { path, test }) => leaf(Subject { within, path }, test, translator),
        Filter::ValuePath(ValuePath { path, filter }) => {
            let inner = walk(filter, Some(path), translator)?;
            translator.value_path(Subject { within, path }, inner)
        }
        Filter::ValueAttr { path: ValuePath { path, filter }, sub, test } => {
            let selected = walk(filter, Some(path), translator)?;
            let sub = AttrPath::parsed(sub);
            let tested = leaf(Subject { within: Some(path), path: &sub }, test, translator)?;
            let both = translator.and(vec![selected, tested])?;
            translator.value_path(Subject { within, path }, both)
        }
    }
}

fn all<T: Translator>(
    operands: &[Filter<'_>],
    within: Option<&AttrPath<'_>>,
    translator: &mut T,
) -> Result<Vec<T::Output>, T::Error> {
    operands.iter().map(|operand| walk(operand, within, translator)).collect()
}

fn leaf<T: Translator>(
    subject: Subject<'_>,
    test: &Test<'_>,
    translator: &mut T,
) -> Result<T::Output, T::Error> {
    match test {
        Test::Present => translator.present(subject),
        Test::Compare(op, value) => translator.compare(subject, *op, value),
    }
}
