//! Messages as people see them.

use rollbook_filter::{Filter, Limits, PatchPath};

fn filter(text: &str) -> String {
    Filter::parse(text).unwrap_err().render()
}

fn path(text: &str) -> String {
    PatchPath::parse(text).unwrap_err().render()
}

#[test]
fn something_is_missing() {
    insta::assert_snapshot!(filter("foo"), @r#"
    expected a comparison operator or `pr` after `foo` at byte 3
      |
      | foo
      |    ^
    "#);
    insta::assert_snapshot!(filter("userName eq"), @r#"
    expected a JSON value after `eq` at byte 11
      |
      | userName eq
      |            ^
    "#);
    insta::assert_snapshot!(filter("title pr and"), @r#"
    expected an attribute path, `not` or `(` after `and` at byte 12
      |
      | title pr and
      |             ^
    "#);
    insta::assert_snapshot!(filter("(title pr or a pr"), @r#"
    expected `and`, `or` or `)` after `pr` at byte 17
      |
      | (title pr or a pr
      |                  ^
    "#);
    insta::assert_snapshot!(filter("emails[type eq \"work\""), @r#"
    expected `and`, `or` or `]` after `"work"` at byte 21
      |
      | emails[type eq "work"
      |                      ^
    "#);
    insta::assert_snapshot!(filter("name. pr"), @r#"
    expected a sub-attribute name after `name.` at byte 6, found `pr`
      |
      | name. pr
      |       ^^
    "#);
    insta::assert_snapshot!(filter("urn:a: pr"), @r#"
    expected an attribute name after `urn:a:` at byte 7, found `pr`
      |
      | urn:a: pr
      |        ^^
    "#);
    insta::assert_snapshot!(filter("a eq(1)"), @r#"
    expected a space after `eq` at byte 4, found `(`
      |
      | a eq(1)
      |     ^
    "#);
    insta::assert_snapshot!(filter(""), @r#"
    expected an attribute path, but the text is empty
      |
      | 
      | ^
    "#);
}

#[test]
fn something_is_wrong() {
    insta::assert_snapshot!(filter("meta.lastModified lte \"2011-05-13T04:42:34Z\""), @r#"
    expected a comparison operator or `pr` after `meta.lastModified` at byte 18, found `lte`
      |
      | meta.lastModified lte "2011-05-13T04:42:34Z"
      |                   ^^^
    "#);
    insta::assert_snapshot!(filter("not userName pr"), @r#"
    expected `(`, a comparison operator or `pr` after `not` at byte 4, found `userName`
      |
      | not userName pr
      |     ^^^^^^^^
    "#);
    insta::assert_snapshot!(filter("userName pr \"two words\" x"), @r#"
    expected `and`, `or` or the end of the filter after `pr` at byte 12, found `"two words"`
      |
      | userName pr "two words" x
      |             ^^^^^^^^^^^
    "#);
    insta::assert_snapshot!(filter("()"), @r#"
    expected an attribute path, `not` or `(` after `(` at byte 1, found `)`
      |
      | ()
      |  ^
    "#);
    insta::assert_snapshot!(filter("a.b.c pr"), @r#"
    expected a comparison operator or `pr` after `a.b` at byte 3, found `.c`
      |
      | a.b.c pr
      |    ^^
    "#);
    insta::assert_snapshot!(filter("a[b[c pr]]"), @r#"
    a value path inside a value path at byte 3; use one pair of square brackets
      |
      | a[b[c pr]]
      |    ^
    "#);
    insta::assert_snapshot!(filter("a eq \"two words\" b"), @r#"
    expected `and`, `or` or the end of the filter after `"two words"` at byte 17, found `b`
      |
      | a eq "two words" b
      |                  ^
    "#);
    insta::assert_snapshot!(path("emails[type eq \"work\"] value"), @r#"
    expected the end of the path after `]` at byte 23, found `value`
      |
      | emails[type eq "work"] value
      |                        ^^^^^
    "#);
    insta::assert_snapshot!(path("/name/familyName"), @r#"
    expected an attribute path at byte 0, found `/name/familyName`
      |
      | /name/familyName
      | ^^^^^^^^^^^^^^^^
    "#);
}

#[test]
fn a_value_is_wrong() {
    insta::assert_snapshot!(filter("userName sw O"), @r#"
    expected a JSON value after `sw` at byte 12, found `O`; put a string in double quotes
      |
      | userName sw O
      |             ^
    "#);
    insta::assert_snapshot!(filter("meta.created gt 2011-05-13"), @r#"
    `2011-05-13` at byte 16 is not a JSON number; put a string in double quotes
      |
      | meta.created gt 2011-05-13
      |                 ^^^^^^^^^^
    "#);
    insta::assert_snapshot!(filter("userName eq \"bjensen"), @r#"
    the string that begins at byte 12 has no end; close it with a double quote
      |
      | userName eq "bjensen
      |             ^^^^^^^^
    "#);
    insta::assert_snapshot!(filter(r#"userName eq "CORP\alice""#), @r#"
    `\a` at byte 17 is not a JSON escape; write a backslash as `\\`
      |
      | userName eq "CORP\alice"
      |                  ^^
    "#);
    insta::assert_snapshot!(filter(r#"userName eq "\ud83d!""#), @r#"
    `\ud83d` at byte 13 is half of a surrogate pair; write both halves
      |
      | userName eq "\ud83d!"
      |              ^^^^^^
    "#);
    insta::assert_snapshot!(filter("userName eq \"a\u{1b}[31m\" and title pr"), @r#"
    a control character at byte 14 stands in a string; write it as `\u001b`
      |
      | userName eq "a�[31m" and title pr
      |               ^
    "#);
}

#[test]
fn a_limit_is_passed() {
    let limits = Limits { max_length: 40, max_depth: 2, max_terms: 2 };
    let render = |text: &str| Filter::parse_with(text, &limits).unwrap_err().render();
    insta::assert_snapshot!(render("userName eq \"x\" and title pr and emails pr"), @r#"
    longer than the limit of 40 bytes; send a shorter one
      |
      | userName eq "x" and title pr and emails 
      |                                         ^
    "#);
    insta::assert_snapshot!(render("not (not (not (a pr)))"), @r#"
    nested deeper than the limit of 2 levels at byte 14; use fewer brackets
      |
      | not (not (not (a pr)))
      |               ^
    "#);
    insta::assert_snapshot!(render("a pr and b pr and c pr"), @r#"
    more than the limit of 2 terms at byte 18; send several shorter ones
      |
      | a pr and b pr and c pr
      |                   ^
    "#);
}

#[test]
fn a_long_text_is_shown_in_part() {
    let text = format!("{} bad \"{}\" and a pr", "x".repeat(100), "y".repeat(100));
    insta::assert_snapshot!(filter(&text), @r#"
    expected a comparison operator or `pr` after `xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…` at byte 101, found `bad`
      |
      | …xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx bad "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy…
      |                                                    ^^^
    "#);
    insta::assert_snapshot!(filter(&format!("a eq {}", "y".repeat(100))), @r#"
    expected a JSON value after `eq` at byte 5, found `yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy…`; put a string in double quotes
      |
      | a eq yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy…
      |      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    "#);
}
