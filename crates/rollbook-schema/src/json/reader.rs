//! A JSON reader that keeps spelling, order and the text of numbers, and never recurses beyond its limit.

use std::borrow::Cow;

use serde_json::value::RawValue;

use crate::name::AttributeName;
use crate::value::{Builder, Complex, Value, number_length};

use super::{DEEPEST, JsonError, JsonLimits};

/// The most characters of a name that an error repeats.
const NAMED: usize = 100;

/// The text and how far it is read.
pub(crate) struct Reader<'a> {
    text: &'a str,
    at: usize,
    max_depth: usize,
}

impl<'a> Reader<'a> {
    /// Checks size and encoding.
    pub(crate) fn new(bytes: &'a [u8], limits: &JsonLimits) -> Result<Self, JsonError> {
        if bytes.len() > limits.max_bytes {
            return Err(JsonError::TooLarge { limit: limits.max_bytes });
        }
        let text = std::str::from_utf8(bytes)
            .map_err(|error| JsonError::InvalidUtf8 { offset: error.valid_up_to() })?;
        Ok(Self { text, at: 0, max_depth: limits.max_depth.min(DEEPEST) })
    }

    /// Reads a value that stands inside `depth` brackets.
    pub(crate) fn value(&mut self, depth: usize) -> Result<Value, JsonError> {
        self.space();
        match self.peek() {
            Some(b'{') => self.object(depth, &mut |_| false).map(Value::Complex),
            Some(b'[') => self.array(depth),
            Some(b'"') => self.string().map(|text| Value::String(text.into())),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true", Value::Boolean(true)),
            Some(b'f') => self.word("false", Value::Boolean(false)),
            Some(b'n') => self.word("null", Value::Null),
            _ => Err(self.syntax("a value")),
        }
    }

    /// Reads the object of a resource; an object under a name that `opaque` picks keeps its text.
    pub(crate) fn resource(&mut self, opaque: &mut dyn FnMut(&str) -> bool) -> Result<Complex, JsonError> {
        self.space();
        if self.peek() == Some(b'{') {
            return self.object(0, opaque);
        }
        self.value(0)?;
        self.end()?;
        Err(JsonError::NotAnObject)
    }

    /// Checks that nothing but space is left.
    pub(crate) fn end(&mut self) -> Result<(), JsonError> {
        self.space();
        if self.at == self.text.len() { Ok(()) } else { Err(self.syntax("the end of the text")) }
    }

    fn object(&mut self, depth: usize, opaque: &mut dyn FnMut(&str) -> bool) -> Result<Complex, JsonError> {
        self.enter(depth)?;
        let mut builder = Builder::default();
        self.space();
        if self.take(b'}') {
            return Ok(builder.finish());
        }
        loop {
            self.space();
            if self.peek() != Some(b'"') {
                return Err(self.syntax("a member name in double quotes"));
            }
            // The names that come with SCIM are not copied.
            let name = AttributeName::new(self.string()?);
            if builder.position(&name).is_some() {
                return Err(JsonError::DuplicateName { name: name.as_str().chars().take(NAMED).collect() });
            }
            self.space();
            if !self.take(b':') {
                return Err(self.syntax("`:`"));
            }
            self.space();
            let start = self.at;
            let mut value = self.value(depth + 1)?;
            if matches!(value, Value::Complex(_)) && opaque(name.as_str()) {
                value = self.raw(start)?;
            }
            builder.push(name, value);
            self.space();
            if self.take(b'}') {
                return Ok(builder.finish());
            }
            if !self.take(b',') {
                return Err(self.syntax("`,` or `}`"));
            }
        }
    }

    fn array(&mut self, depth: usize) -> Result<Value, JsonError> {
        self.enter(depth)?;
        let mut elements = Vec::new();
        self.space();
        if self.take(b']') {
            return Ok(Value::Array(elements));
        }
        loop {
            elements.push(self.value(depth + 1)?);
            self.space();
            if self.take(b']') {
                return Ok(Value::Array(elements));
            }
            if !self.take(b',') {
                return Err(self.syntax("`,` or `]`"));
            }
        }
    }

    /// Steps over an opening bracket unless it is one too many.
    fn enter(&mut self, depth: usize) -> Result<(), JsonError> {
        if depth >= self.max_depth {
            let (line, column) = self.position(self.at);
            return Err(JsonError::TooDeep { limit: self.max_depth, line, column });
        }
        self.at += 1;
        Ok(())
    }

    /// Reads a string whose opening quote comes next; it is borrowed where it has no escapes.
    fn string(&mut self) -> Result<Cow<'a, str>, JsonError> {
        self.at += 1;
        let mut text = String::new();
        loop {
            let run = self.rest().bytes().take_while(|byte| !matches!(byte, b'"' | b'\\' | 0..=0x1f)).count();
            let plain = self.rest().get(..run).unwrap_or_default();
            self.at += run;
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    if text.is_empty() {
                        return Ok(Cow::Borrowed(plain));
                    }
                    text.push_str(plain);
                    return Ok(Cow::Owned(text));
                }
                Some(b'\\') => {
                    text.push_str(plain);
                    text.push(self.escape()?);
                }
                Some(_) => return Err(self.syntax("an escape such as \\n for a control character")),
                None => return Err(self.syntax("a closing double quote")),
            }
        }
    }

    /// Reads an escape whose backslash comes next.
    fn escape(&mut self) -> Result<char, JsonError> {
        let start = self.at;
        self.at += 1;
        let plain = match self.peek() {
            Some(byte @ (b'"' | b'\\' | b'/')) => char::from(byte),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode(start),
            _ => return Err(self.syntax("one of \" \\ / b f n r t u after a backslash")),
        };
        self.at += 1;
        Ok(plain)
    }

    /// Reads `uXXXX`, and the low half that must follow a high one.
    fn unicode(&mut self, start: usize) -> Result<char, JsonError> {
        let high = self.hex()?;
        let code = match high {
            0xd800..=0xdbff if self.rest().starts_with("\\u") => {
                self.at += 1;
                match self.hex()? {
                    low @ 0xdc00..=0xdfff => 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00),
                    _ => high,
                }
            }
            _ => high,
        };
        char::from_u32(code).ok_or_else(|| {
            let (line, column) = self.position(start);
            JsonError::LoneSurrogate { line, column }
        })
    }

    fn hex(&mut self) -> Result<u32, JsonError> {
        self.at += 1;
        let mut code = 0;
        for _ in 0..4 {
            let digit = self.peek().and_then(|byte| char::from(byte).to_digit(16));
            code = code * 16 + digit.ok_or_else(|| self.syntax("four hexadecimal digits after \\u"))?;
            self.at += 1;
        }
        Ok(code)
    }

    fn number(&mut self) -> Result<Value, JsonError> {
        let length = number_length(self.rest().as_bytes()).ok_or_else(|| self.syntax("a number"))?;
        let text = self.rest().get(..length).unwrap_or_default();
        let number = text.parse().map_err(|_| self.syntax("a number"))?;
        self.at += length;
        Ok(Value::Number(number))
    }

    fn word(&mut self, word: &'static str, value: Value) -> Result<Value, JsonError> {
        if !self.rest().starts_with(word) {
            return Err(self.syntax(word));
        }
        self.at += word.len();
        Ok(value)
    }

    /// Takes the text of the value just read.
    fn raw(&self, start: usize) -> Result<Value, JsonError> {
        let text = self.text.get(start..self.at).unwrap_or_default();
        RawValue::from_string(text.to_owned()).map(Value::Opaque).map_err(|_| self.syntax("an object"))
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn syntax(&self, expected: &'static str) -> JsonError {
        let (line, column) = self.position(self.at);
        JsonError::Syntax { line, column, expected }
    }

    /// Returns line and column of a byte.
    fn position(&self, at: usize) -> (usize, usize) {
        let before = self.text.get(..at).unwrap_or(self.text);
        let line = before.rsplit('\n').next().unwrap_or_default();
        (before.matches('\n').count() + 1, line.chars().count() + 1)
    }
}
