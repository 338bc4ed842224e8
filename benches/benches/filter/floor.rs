//! What reading a filter must cost: a parser by hand that borrows, for one machine's figures to be compared with.
//!
//! It reads the same grammar into a tree of the same shape, and checks what the tree needs; it has no limits but one
//! of depth, and its one error says nothing.

use std::borrow::Cow;

/// A filter.
#[derive(Debug, PartialEq)]
pub(crate) enum Node<'a> {
    And(Vec<Self>),
    Or(Vec<Self>),
    Not(Box<Self>),
    Test(&'a str, Test<'a>),
    Values(&'a str, Box<Self>),
    ValuesTest(&'a str, Box<Self>, &'a str, Test<'a>),
}

/// What is asked of an attribute.
#[derive(Debug, PartialEq)]
pub(crate) enum Test<'a> {
    Present,
    Compare(Op, Value<'a>),
}

/// An operator.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Op {
    Eq,
    Ne,
    Co,
    Sw,
    Ew,
    Gt,
    Ge,
    Lt,
    Le,
}

/// A value to compare with.
#[derive(Debug, PartialEq)]
pub(crate) enum Value<'a> {
    Null,
    Boolean(bool),
    Number(&'a str),
    Text(Cow<'a, str>),
}

/// The text is no filter.
#[derive(Debug, PartialEq)]
pub(crate) struct Refused;

/// Reads a filter.
pub(crate) fn parse(text: &str) -> Result<Node<'_>, Refused> {
    let mut reader = Reader { text, at: 0, depth: 32, in_values: false };
    let node = reader.or()?;
    reader.blanks();
    if reader.at == text.len() { Ok(node) } else { Err(Refused) }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    in_values: bool,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn take(&mut self, belongs: impl Fn(u8) -> bool) -> &'a str {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let length = rest.bytes().position(|byte| !belongs(byte)).unwrap_or(rest.len());
        self.at += length;
        rest.get(..length).unwrap_or_default()
    }

    fn word(&mut self) -> &'a str {
        self.take(is_name)
    }

    /// Takes a keyword if it stands next.
    fn keyword(&mut self, keyword: &str) -> bool {
        let start = self.at;
        self.blanks();
        let found = self.word().eq_ignore_ascii_case(keyword);
        if !found {
            self.at = start;
        }
        found
    }

    fn or(&mut self) -> Result<Node<'a>, Refused> {
        let first = self.and()?;
        if !self.keyword("or") {
            return Ok(first);
        }
        let mut operands = Vec::new();
        let mut next = first;
        loop {
            match next {
                Node::Or(inner) => operands.extend(inner),
                other => operands.push(other),
            }
            if operands.len() > 1 && !self.keyword("or") {
                return Ok(Node::Or(operands));
            }
            next = self.and()?;
        }
    }

    fn and(&mut self) -> Result<Node<'a>, Refused> {
        let first = self.term()?;
        if !self.keyword("and") {
            return Ok(first);
        }
        let mut operands = Vec::new();
        let mut next = first;
        loop {
            match next {
                Node::And(inner) => operands.extend(inner),
                other => operands.push(other),
            }
            if operands.len() > 1 && !self.keyword("and") {
                return Ok(Node::And(operands));
            }
            next = self.term()?;
        }
    }

    fn term(&mut self) -> Result<Node<'a>, Refused> {
        self.blanks();
        if self.peek() == Some(b'(') {
            return self.bracketed(b')');
        }
        let path = self.path()?;
        self.blanks();
        match self.peek() {
            Some(b'(') if path.eq_ignore_ascii_case("not") => Ok(Node::Not(Box::new(self.bracketed(b')')?))),
            Some(b'[') if self.in_values => Err(Refused),
            Some(b'[') => {
                self.in_values = true;
                let inner = Box::new(self.bracketed(b']')?);
                self.in_values = false;
                if self.peek() != Some(b'.') {
                    return Ok(Node::Values(path, inner));
                }
                self.at += 1;
                let sub = self.name()?;
                self.blanks();
                Ok(Node::ValuesTest(path, inner, sub, self.test()?))
            }
            _ => Ok(Node::Test(path, self.test()?)),
        }
    }

    fn bracketed(&mut self, end: u8) -> Result<Node<'a>, Refused> {
        self.depth = self.depth.checked_sub(1).ok_or(Refused)?;
        self.at += 1;
        let inner = self.or()?;
        self.blanks();
        if self.peek() != Some(end) {
            return Err(Refused);
        }
        self.at += 1;
        self.depth += 1;
        Ok(inner)
    }

    fn name(&mut self) -> Result<&'a str, Refused> {
        match self.peek() {
            Some(byte) if byte.is_ascii_alphabetic() || byte == b'$' => Ok(self.word()),
            _ => Err(Refused),
        }
    }

    fn path(&mut self) -> Result<&'a str, Refused> {
        let start = self.at;
        let rest = self.text.get(start..).unwrap_or_default();
        let begins =
            |scheme: &str| rest.get(..scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme));
        if begins("urn:") || begins("http://") || begins("https://") {
            let path = self.take(|byte| is_name(byte) || b".~:/?#@!&*+,;=%".contains(&byte));
            return if path.ends_with([':', '.', '/']) { Err(Refused) } else { Ok(path) };
        }
        self.name()?;
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.name()?;
        }
        Ok(self.text.get(start..self.at).unwrap_or_default())
    }

    fn test(&mut self) -> Result<Test<'a>, Refused> {
        let word = self.word();
        let &[first, second] = word.as_bytes() else { return Err(Refused) };
        let op = match [first.to_ascii_lowercase(), second.to_ascii_lowercase()] {
            [b'p', b'r'] => return Ok(Test::Present),
            [b'e', b'q'] => Op::Eq,
            [b'n', b'e'] => Op::Ne,
            [b'c', b'o'] => Op::Co,
            [b's', b'w'] => Op::Sw,
            [b'e', b'w'] => Op::Ew,
            [b'g', b't'] => Op::Gt,
            [b'g', b'e'] => Op::Ge,
            [b'l', b't'] => Op::Lt,
            [b'l', b'e'] => Op::Le,
            _ => return Err(Refused),
        };
        let before = self.at;
        self.blanks();
        if self.at == before {
            return Err(Refused);
        }
        let value = self.value()?;
        match self.peek() {
            None | Some(b' ' | b'\t' | b'\n' | b'\r' | b')' | b']') => Ok(Test::Compare(op, value)),
            Some(_) => Err(Refused),
        }
    }

    fn value(&mut self) -> Result<Value<'a>, Refused> {
        match self.peek() {
            Some(b'"') => self.string().map(Value::Text),
            Some(b'-' | b'0'..=b'9') => self.number().map(Value::Number),
            _ => match self.word() {
                "null" => Ok(Value::Null),
                "true" => Ok(Value::Boolean(true)),
                "false" => Ok(Value::Boolean(false)),
                _ => Err(Refused),
            },
        }
    }

    fn number(&mut self) -> Result<&'a str, Refused> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        let integer = self.digits()?;
        if integer.len() > 1 && integer.starts_with('0') {
            return Err(Refused);
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(self.text.get(start..self.at).unwrap_or_default())
    }

    fn digits(&mut self) -> Result<&'a str, Refused> {
        let digits = self.take(|byte| byte.is_ascii_digit());
        if digits.is_empty() { Err(Refused) } else { Ok(digits) }
    }

    fn string(&mut self) -> Result<Cow<'a, str>, Refused> {
        let start = self.at;
        self.at += 1;
        let rest = self.text.get(self.at..).unwrap_or_default();
        let plain = rest.get(..unescaped(rest.as_bytes())).unwrap_or_default();
        self.at += plain.len();
        if self.peek() == Some(b'"') {
            self.at += 1;
            return Ok(Cow::Borrowed(plain));
        }
        // A string with an escape is rare: find its end and leave the rest to serde_json.
        loop {
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => self.at += 2,
                Some(_) => self.at += 1,
                None => return Err(Refused),
            }
        }
        self.at += 1;
        let json = self.text.get(start..self.at).ok_or(Refused)?;
        serde_json::from_str(json).map(Cow::Owned).map_err(|_| Refused)
    }
}

/// The bytes before the first that a JSON string has only as an escape or at its end, eight at a time.
fn unescaped(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    let zero = |word: u64| word.wrapping_sub(ONES) & !word;
    let (words, _) = bytes.as_chunks::<8>();
    let special = |word: &[u8; 8]| {
        let word = u64::from_ne_bytes(*word);
        let control = word.wrapping_sub(ONES * u64::from(b' ')) & !word;
        (zero(word ^ (ONES * u64::from(b'"'))) | zero(word ^ (ONES * u64::from(b'\\'))) | control)
            & (ONES << 7)
            != 0
    };
    let whole = words.iter().position(special).unwrap_or(words.len()) * 8;
    let rest = bytes.get(whole..).unwrap_or_default();
    let stop = |&byte: &u8| byte < b' ' || byte == b'"' || byte == b'\\';
    whole + rest.iter().position(stop).unwrap_or(rest.len())
}

fn is_name(byte: u8) -> bool {
    static NAME: [bool; 256] = {
        let mut table = [false; 256];
        let mut byte = 0;
        while byte < 128 {
            let char = byte as u8;
            table[byte] = char.is_ascii_alphanumeric() || matches!(char, b'-' | b'_' | b'$');
            byte += 1;
        }
        table
    };
    NAME.get(usize::from(byte)).is_some_and(|&name| name)
}
