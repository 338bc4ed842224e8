//! Translation into another form: LDAP search filters (RFC 4515), which have operators before operands.

use rollbook_filter::{CompValue, CompareOp, Filter, Subject, Translator};

/// Writes LDAP filters; refuses what LDAP cannot say.
struct Ldap;

#[derive(Debug, PartialEq)]
struct Refused(&'static str);

impl Translator for Ldap {
    type Output = String;
    type Error = Refused;

    fn and(&mut self, operands: Vec<String>) -> Result<String, Refused> {
        Ok(format!("(&{})", operands.concat()))
    }

    fn or(&mut self, operands: Vec<String>) -> Result<String, Refused> {
        Ok(format!("(|{})", operands.concat()))
    }

    fn not(&mut self, operand: String) -> Result<String, Refused> {
        Ok(format!("(!{operand})"))
    }

    fn present(&mut self, subject: Subject<'_>) -> Result<String, Refused> {
        Ok(format!("({}=*)", name(subject)))
    }

    fn compare(
        &mut self,
        subject: Subject<'_>,
        op: CompareOp,
        value: &CompValue<'_>,
    ) -> Result<String, Refused> {
        let CompValue::String(text) = value else { return Err(Refused("a string")) };
        let text: String = text.chars().map(escaped).collect();
        let name = name(subject);
        Ok(match op {
            CompareOp::Eq => format!("({name}={text})"),
            CompareOp::Ne => format!("(!({name}={text}))"),
            CompareOp::Co => format!("({name}=*{text}*)"),
            CompareOp::Sw => format!("({name}={text}*)"),
            CompareOp::Ew => format!("({name}=*{text})"),
            CompareOp::Ge => format!("({name}>={text})"),
            CompareOp::Le => format!("({name}<={text})"),
            CompareOp::Gt | CompareOp::Lt => return Err(Refused("no strict order")),
        })
    }

    fn value_path(&mut self, subject: Subject<'_>, filter: String) -> Result<String, Refused> {
        // A path within a path would be a fault of the walk.
        assert_eq!(subject.within, None);
        Ok(filter)
    }
}

fn name(subject: Subject<'_>) -> String {
    subject.within.map(|within| format!("{within};")).unwrap_or_default()
        + &subject.path.as_str().replace('.', "-")
}

fn escaped(char: char) -> String {
    match char {
        '*' => r"\2a".to_owned(),
        '(' => r"\28".to_owned(),
        ')' => r"\29".to_owned(),
        '\\' => r"\5c".to_owned(),
        plain => plain.to_string(),
    }
}

fn ldap(text: &str) -> Result<String, Refused> {
    Filter::parse(text).unwrap().translate(&mut Ldap)
}

#[test]
fn each_node_has_its_piece() {
    let cases = [
        ("a pr", "(a=*)"),
        (r#"a eq "x*(y)\\""#, r"(a=x\2a\28y\29\5c)"),
        (r#"a ne "x" and b co "y" and c.d sw "z""#, "(&(!(a=x))(b=*y*)(c-d=z*))"),
        (r#"a ew "x" or b ge "y" and not (c le "z")"#, "(|(a=*x)(&(b>=y)(!(c<=z))))"),
        (r#"a[b pr or c eq "x"] and d pr"#, "(&(|(a;b=*)(a;c=x))(d=*))"),
    ];
    for (text, expected) in cases {
        assert_eq!(ldap(text).as_deref(), Ok(expected), "{text}");
    }
}

#[test]
fn entra_a_test_of_selected_values_is_one_more_operand() {
    assert_eq!(ldap(r#"a[b eq "x"].c eq "y""#), ldap(r#"a[b eq "x" and c eq "y"]"#));
    assert_eq!(ldap("not (a[b pr].c pr)").as_deref(), Ok("(!(&(a;b=*)(a;c=*)))"));
}

#[test]
fn the_first_refusal_ends_the_walk() {
    assert_eq!(ldap(r#"a pr and (b eq 1 or c gt "x")"#), Err(Refused("a string")));
    assert_eq!(ldap(r#"not (a[b lt "x" or c eq 1])"#), Err(Refused("no strict order")));
}
