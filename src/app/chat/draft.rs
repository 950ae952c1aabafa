//! What stands in the composer: a text of which some stretches are tags. Plain data, changed by pure methods only.
//!
//! A tag is `@` and the title of a task. It lives as long as nothing inside it is changed: then it is plain text again.

use std::ops::Range;

use crate::api::message::Part;

/// How long the words behind an `@` may be to be looked up, in characters.
const QUERY_MAX: usize = 60;

/// The text and its tags.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::app) struct Draft {
    text: String,
    /// In their order, without overlaps.
    tags: Vec<Tag>,
}

/// A stretch of the text, in bytes, that names a task.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Tag {
    at: Range<usize>,
    id: String,
}

/// What is being typed and can be completed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::app) enum Query {
    /// The words behind an `@` that stands here.
    Task { at: usize, words: String },
    /// The name behind a `/` at the beginning.
    Command { name: String },
}

impl Draft {
    /// A text without tags.
    pub fn plain(text: String) -> Self {
        Self { text, tags: Vec::new() }
    }

    /// The text of a message's parts, with its tags.
    pub fn of(parts: &[Part]) -> Self {
        let mut draft = Self::default();
        for part in parts {
            let at = draft.text.len();
            match part {
                Part::Text(text) => draft.text.push_str(text),
                Part::Task { id, title } => {
                    draft.text.push('@');
                    draft.text.push_str(title);
                    let end = draft.text.len();
                    draft.tags.push(Tag {
                        at: at..end,
                        id: id.clone(),
                    });
                }
            }
        }
        draft
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it has no words.
    pub fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }

    /// Takes over what the field holds after an edit. What changed lies between the longest equal beginning and the longest equal end.
    pub fn edited(&mut self, text: String) {
        let old = &self.text;
        let start = same(old.chars(), text.chars());
        let end = same(old[start..].chars().rev(), text[start..].chars().rev());
        let gone = start..old.len() - end;
        let put = text.len() - end - start;
        self.shift(&gone, put);
        self.text = text;
    }

    /// Puts a tag in place of a stretch of the text; gives the place behind it.
    pub fn tag(&mut self, place: Range<usize>, id: String, title: &str) -> usize {
        let tag = ["@", title].concat();
        let behind = if self.text[place.end..].starts_with(char::is_whitespace) {
            ""
        } else {
            " "
        };
        let at = place.start..place.start + tag.len();
        self.replace(place, &[&tag, behind].concat());
        let before = self.tags.iter().take_while(|tag| tag.at.end <= at.start).count();
        let end = at.end;
        self.tags.insert(before, Tag { at, id });
        end + 1
    }

    /// Marks a stretch of the text, without a tag's name.
    pub fn mark(&mut self, place: Range<usize>) {
        if self.text.get(place.clone()).is_some() {
            self.tags.retain(|tag| tag.at.end <= place.start || tag.at.start >= place.end);
            let before = self.tags.iter().take_while(|tag| tag.at.end <= place.start).count();
            self.tags.insert(
                before,
                Tag {
                    at: place,
                    id: String::new(),
                },
            );
        }
    }

    /// The stretches that are marked: "4-12,20-25".
    pub fn marked(&self) -> String {
        let place = |tag: &Tag| [tag.at.start.to_string(), tag.at.end.to_string()].join("-");
        self.tags.iter().map(place).collect::<Vec<_>>().join(",")
    }

    /// Puts a text in place of a stretch.
    pub fn replace(&mut self, place: Range<usize>, text: &str) {
        self.shift(&place, text.len());
        self.text.replace_range(place, text);
    }

    /// This text between two others.
    pub fn between(mut self, before: &str, behind: &str) -> Self {
        self.replace(0..0, before);
        let end = self.text.len();
        self.replace(end..end, behind);
        self
    }

    /// What is behind this place, without the spaces around it.
    pub fn behind(mut self, place: usize) -> Self {
        let end = self.text.trim_end().len().max(place);
        let start = end - self.text[place..end].trim_start().len();
        let whole = self.text.len();
        self.replace(end..whole, "");
        self.replace(0..start, "");
        self
    }

    /// Puts words behind the text.
    pub fn append(&mut self, words: &str) {
        if !words.is_empty() {
            let is_apart = self.text.is_empty() || self.text.ends_with(char::is_whitespace);
            let end = self.text.len();
            self.replace(end..end, &[if is_apart { "" } else { " " }, words].concat());
        }
    }

    /// Another draft behind this one, on a line of its own.
    pub fn join(&mut self, other: Self) {
        if other.is_blank() {
            return;
        }
        if self.is_blank() {
            *self = other;
            return;
        }
        let from = self.text.len() + 1;
        self.text = [&self.text, "\n", &other.text].concat();
        self.tags.extend(other.tags.into_iter().map(|Tag { at, id }| Tag {
            at: at.start + from..at.end + from,
            id,
        }));
    }

    /// The message's parts, without white space at its ends.
    pub fn parts(&self) -> Vec<Part> {
        let stretches = self.stretches();
        let last = stretches.len().saturating_sub(1);
        let part = |(at, (id, text)): (usize, (Option<&str>, &str))| match id {
            Some(id) => Some(Part::Task {
                id: id.to_owned(),
                title: text[1..].to_owned(),
            }),
            None => {
                let text = if at == 0 { text.trim_start() } else { text };
                let text = if at == last { text.trim_end() } else { text };
                (!text.is_empty()).then(|| Part::Text(text.to_owned()))
            }
        };
        stretches.into_iter().enumerate().filter_map(part).collect()
    }

    /// The text cut into stretches; tags with the ids of their tasks.
    pub fn stretches(&self) -> Vec<(Option<&str>, &str)> {
        let mut stretches = Vec::new();
        let mut from = 0;
        for Tag { at, id } in &self.tags {
            stretches.push((None, &self.text[from..at.start]));
            stretches.push((Some(id.as_str()), &self.text[at.clone()]));
            from = at.end;
        }
        stretches.push((None, &self.text[from..]));
        stretches.retain(|(_, text)| !text.is_empty());
        stretches
    }

    /// What is being typed at this place.
    pub fn query(&self, caret: usize) -> Option<Query> {
        let before = self.text.get(..caret)?;
        if let Some(name) = before.strip_prefix('/')
            && !name.contains(char::is_whitespace)
        {
            return Some(Query::Command { name: name.to_owned() });
        }
        let at = before.rfind('@')?;
        let words = &before[at + 1..];
        // An address has letters before its `@`.
        let begins = before[..at].chars().next_back().is_none_or(|c| !c.is_alphanumeric());
        let is_words = !words.contains('\n') && !words.starts_with(char::is_whitespace) && words.chars().count() <= QUERY_MAX;
        let is_tag = self.tags.iter().any(|tag| tag.at.start == at);
        (begins && is_words && !is_tag).then(|| Query::Task {
            at,
            words: words.to_owned(),
        })
    }

    /// Moves the tags as a change of the text does, and gives up those that it cuts into.
    fn shift(&mut self, gone: &Range<usize>, put: usize) {
        self.tags.retain_mut(|tag| {
            if tag.at.start >= gone.end {
                tag.at = tag.at.start - gone.len() + put..tag.at.end - gone.len() + put;
                true
            } else {
                tag.at.end <= gone.start
            }
        });
    }
}

/// The length in bytes of what two texts begin with alike.
fn same(one: impl Iterator<Item = char>, other: impl Iterator<Item = char>) -> usize {
    one.zip(other).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum()
}

/// The place in bytes of a place in UTF-16, in which browsers count.
pub(in crate::app) fn from_utf16(text: &str, place: usize) -> usize {
    let mut units = 0;
    for (at, c) in text.char_indices() {
        if units >= place {
            return at;
        }
        units += c.len_utf16();
    }
    text.len()
}

/// The place in UTF-16 of a place in bytes.
pub(in crate::app) fn to_utf16(text: &str, place: usize) -> usize {
    text.char_indices()
        .take_while(|(at, _)| *at < place)
        .map(|(_, c)| c.len_utf16())
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(text: &str, tags: &[(&str, &str)]) -> Draft {
        let tags = tags.iter().map(|(tag, id)| {
            let start = text.find(tag).unwrap();
            Tag {
                at: start..start + tag.len(),
                id: (*id).into(),
            }
        });
        Draft {
            text: text.into(),
            tags: tags.collect(),
        }
    }
    fn tags(draft: &Draft) -> Vec<&str> {
        draft.tags.iter().map(|tag| &draft.text[tag.at.clone()]).collect()
    }

    #[test]
    fn tags_move_with_the_text_around_them() {
        let before = draft("do @دودھ لانا now and @Call bank", &[("@دودھ لانا", "a"), ("@Call bank", "b")]);
        for (text, left) in [
            ("please do @دودھ لانا now and @Call bank", vec!["@دودھ لانا", "@Call bank"]),
            ("do @دودھ لانا later and @Call bank", vec!["@دودھ لانا", "@Call bank"]),
            ("do @دودھ لانا  @Call bank", vec!["@دودھ لانا", "@Call bank"]),
            ("do @دودھ لاناnow and @Call bank", vec!["@دودھ لانا", "@Call bank"]),
            ("do @دودھ لا now and @Call bank", vec!["@Call bank"]),
            ("do @دودھ لانا now and @Call Xbank", vec!["@دودھ لانا"]),
            ("do @دودhanged @Call bank", vec!["@Call bank"]),
            ("", vec![]),
            ("something else", vec![]),
        ] {
            let mut after = before.clone();
            after.edited(text.into());
            assert_eq!(tags(&after), left, "{text}");
            assert_eq!(after.text(), text);
        }
    }

    #[test]
    fn any_edit_leaves_tags_at_their_own_words() {
        let mut seed = 7_u64;
        let mut next = move |below: usize| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) as usize % below
        };
        for _ in 0..2000 {
            let mut draft = draft("ab @میٹنگ ab 😀 @ab ab", &[("@میٹنگ", "1"), ("@ab", "2")]);
            for _ in 0..6 {
                let mut chars: Vec<char> = draft.text().chars().collect();
                let from = next(chars.len() + 1);
                let to = (from + next(3)).min(chars.len());
                let put = ["", "a", "b", " ", "ی", "@", "😀"][next(7)];
                chars.splice(from..to, put.chars());
                draft.edited(chars.into_iter().collect());
                for tag in &draft.tags {
                    assert!(["@میٹنگ", "@ab"].contains(&&draft.text[tag.at.clone()]), "{draft:?}");
                }
            }
            let words: String = draft
                .parts()
                .iter()
                .map(|part| match part {
                    Part::Text(text) => text.clone(),
                    Part::Task { title, .. } => ["@", title].concat(),
                })
                .collect();
            assert_eq!(words, draft.text().trim());
        }
    }

    #[test]
    fn a_choice_becomes_a_tag_and_a_part() {
        let mut draft = Draft::plain("complete @mil".into());
        let Some(Query::Task { at, words }) = draft.query(13) else {
            panic!("not asked")
        };
        assert_eq!((at, words.as_str()), (9, "mil"));
        let behind = draft.tag(at..13, "t1".into(), "Buy milk");
        assert_eq!((draft.text(), behind), ("complete @Buy milk ", 19));
        assert_eq!(draft.query(18), None, "a tag asks for nothing");
        draft.edited("complete @Buy milk and @دو ".into());
        draft.edited("  complete @Buy milk and @دو ".into());
        assert_eq!(draft.tag(25..30, "t2".into(), "دودھ"), 35);
        let text = |text: &str| Part::Text(text.into());
        let task = |id: &str, title: &str| Part::Task {
            id: id.into(),
            title: title.into(),
        };
        assert_eq!(
            draft.parts(),
            [text("complete "), task("t1", "Buy milk"), text(" and "), task("t2", "دودھ")]
        );
        assert_eq!(draft.stretches().len(), 5);
        let again = Draft::of(&draft.parts());
        assert_eq!((again.text(), again.parts()), ("complete @Buy milk and @دودھ", draft.parts()));
    }

    #[test]
    fn what_is_asked_for() {
        let query = |text: &str| Draft::plain(text.into()).query(text.len());
        let task = |at, words: &str| Some(Query::Task { at, words: words.into() });
        assert_eq!(query("@"), task(0, ""));
        assert_eq!(query("کام @دودھ لا"), task(7, "دودھ لا"));
        assert_eq!(query("a@example.com"), None);
        assert_eq!(query("@ milk"), None);
        assert_eq!(query("@milk\nand"), None);
        assert_eq!(query("/"), Some(Query::Command { name: String::new() }));
        assert_eq!(query("/شا"), Some(Query::Command { name: "شا".into() }));
        assert_eq!(query("/add milk"), None);
        assert_eq!(query("and /add"), None);
        assert_eq!(query(&format!("@{}", "x".repeat(QUERY_MAX + 1))), None);
    }

    #[test]
    fn places_are_counted_as_browsers_do() {
        let text = "a😀ب c";
        for (bytes, _) in text.char_indices().chain([(text.len(), ' ')]) {
            assert_eq!(from_utf16(text, to_utf16(text, bytes)), bytes);
        }
        assert_eq!(to_utf16(text, text.len()), 6);
        assert_eq!(from_utf16(text, 99), text.len());
    }

    #[test]
    fn drafts_are_joined_and_cut_with_their_tags() {
        let mut one = draft("ask @A", &[("@A", "1")]);
        one.join(draft("and @B", &[("@B", "2")]));
        assert_eq!((one.text(), tags(&one)), ("ask @A\nand @B", vec!["@A", "@B"]));
        let rest = one.behind(3).between("(", ")");
        assert_eq!((rest.text(), tags(&rest)), ("(@A\nand @B)", vec!["@A", "@B"]));
        let mut spoken = draft("ask @A", &[("@A", "1")]);
        spoken.append("دودھ لانا");
        spoken.append("");
        assert_eq!((spoken.text(), tags(&spoken)), ("ask @A دودھ لانا", vec!["@A"]));
        let mut empty = Draft::default();
        empty.join(draft("@B", &[("@B", "2")]));
        assert_eq!(tags(&empty), ["@B"]);
    }
}
