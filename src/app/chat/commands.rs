//! The `/` commands: words at the beginning of a message that stand for a whole sentence, or for something that the page does.

use super::draft::Draft;
use crate::domain::locale::Locale;

/// A command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::app) enum Command {
    Add,
    List,
    Today,
    Done,
    Delete,
    New,
    Help,
}

/// In the order in which they are offered.
pub(in crate::app) const COMMANDS: [Command; 7] = [
    Command::Add,
    Command::List,
    Command::Today,
    Command::Done,
    Command::Delete,
    Command::New,
    Command::Help,
];

/// What comes of a draft when it is sent.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::app) enum Meaning {
    /// A message: as it stands, or the sentence of a command.
    Message(Draft),
    /// A new thread.
    NewThread,
    /// The command needs words, and has none.
    NeedsWords,
}

impl Command {
    /// Its name in a language, as it is written behind the `/`.
    pub fn name(self, locale: Locale) -> &'static str {
        let (en, ur) = match self {
            Self::Add => ("add", "شامل"),
            Self::List => ("list", "فہرست"),
            Self::Today => ("today", "آج"),
            Self::Done => ("done", "مکمل"),
            Self::Delete => ("delete", "حذف"),
            Self::New => ("new", "نئی"),
            Self::Help => ("help", "مدد"),
        };
        match locale {
            Locale::En => en,
            Locale::Ur => ur,
        }
    }

    /// Whether words belong behind it.
    pub fn takes_words(self) -> bool {
        matches!(self, Self::Add | Self::Done | Self::Delete)
    }

    /// The sentence around its words; `None` for what the page does by itself.
    fn sentence(self, locale: Locale) -> Option<(&'static str, &'static str)> {
        Some(match (self, locale) {
            (Self::Add, Locale::En) => ("Add ", ""),
            (Self::Add, Locale::Ur) => ("", " شامل کریں"),
            (Self::List, Locale::En) => ("Show my tasks", ""),
            (Self::List, Locale::Ur) => ("میرے کام دکھائیں", ""),
            (Self::Today, Locale::En) => ("What do I have to do today?", ""),
            (Self::Today, Locale::Ur) => ("آج مجھے کیا کیا کرنا ہے؟", ""),
            (Self::Done, Locale::En) => ("Mark ", " as done"),
            (Self::Done, Locale::Ur) => ("", " مکمل کریں"),
            (Self::Delete, Locale::En) => ("Delete ", ""),
            (Self::Delete, Locale::Ur) => ("", " حذف کریں"),
            (Self::Help, Locale::En) => ("What can you do?", ""),
            (Self::Help, Locale::Ur) => ("آپ کیا کر سکتے ہیں؟", ""),
            (Self::New, _) => return None,
        })
    }
}

/// The commands whose name begins so, in either language.
pub(in crate::app) fn begun(name: &str) -> Vec<Command> {
    let name = name.to_lowercase();
    let fits = |command: &Command| {
        [Locale::En, Locale::Ur]
            .iter()
            .any(|locale| command.name(*locale).starts_with(&name))
    };
    COMMANDS.into_iter().filter(fits).collect()
}

/// What a draft means. A `/` with a name that is no command's is a text like any other.
pub(in crate::app) fn read(draft: &Draft) -> Meaning {
    let text = draft.text();
    let found = text.trim_start().strip_prefix('/').and_then(|rest| {
        let name = rest.split(char::is_whitespace).next().unwrap_or_default();
        let behind = text.len() - rest.len() + name.len();
        let is = |locale| COMMANDS.into_iter().find(|command| command.name(locale) == name.to_lowercase());
        let found = is(Locale::En).map(|command| (command, Locale::En));
        found
            .or_else(|| is(Locale::Ur).map(|command| (command, Locale::Ur)))
            .map(|found| (found, behind))
    });
    let Some(((command, locale), behind)) = found else {
        return Meaning::Message(draft.clone());
    };
    let Some((before, after)) = command.sentence(locale) else {
        return Meaning::NewThread;
    };
    let words = draft.clone().behind(behind);
    match (command.takes_words(), words.is_blank()) {
        (true, true) => Meaning::NeedsWords,
        (true, false) => Meaning::Message(words.between(before, after)),
        // "/list milk" is no command: these take nothing.
        (false, false) => Meaning::Message(draft.clone()),
        (false, true) => Meaning::Message(Draft::plain(before.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::message::Part;
    use crate::domain::language::{Intent, Talk, understand};

    fn meaning(text: &str) -> Meaning {
        read(&Draft::plain(text.into()))
    }
    fn sentence(text: &str) -> String {
        match meaning(text) {
            Meaning::Message(draft) => draft.text().to_owned(),
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn commands_are_found_by_their_beginning_in_both_languages() {
        assert_eq!(begun(""), COMMANDS);
        assert_eq!(begun("D"), [Command::Done, Command::Delete]);
        assert_eq!(begun("مک"), [Command::Done]);
        assert!(begun("xyz").is_empty());
    }

    #[test]
    fn what_is_no_command_stays_a_text() {
        for text in ["/addition", "/", "/xyz milk", "add milk", "and/or", "/list milk", "// comment"] {
            assert_eq!(sentence(text), text);
        }
        assert_eq!(meaning("/add "), Meaning::NeedsWords);
        assert_eq!(meaning("/حذف"), Meaning::NeedsWords);
        assert_eq!(meaning("/NEW"), Meaning::NewThread);
        assert_eq!(meaning("/نئی"), Meaning::NewThread);
    }

    #[test]
    fn the_sentences_are_understood() {
        let now = chrono::NaiveDate::from_ymd_opt(2026, 11, 23)
            .unwrap()
            .and_hms_opt(10, 0, 0)
            .unwrap();
        let intent = |text: &str| understand(&sentence(text), now).intent;
        for text in ["/add buy milk tomorrow", "/شامل کل دودھ لانا"] {
            match intent(text) {
                Intent::Add(tasks) => assert!(tasks.len() == 1 && tasks[0].due.is_some(), "{text}: {tasks:?}"),
                other => panic!("{text}: {other:?}"),
            }
        }
        for text in ["/list", "/فہرست", "/today", "/آج"] {
            match intent(text) {
                Intent::List(wish) => assert_eq!(wish.range.is_some(), text.ends_with("today") || text.ends_with("آج"), "{text}"),
                other => panic!("{text}: {other:?}"),
            }
        }
        for (text, words) in [("/done buy milk", "buy milk"), ("/مکمل دودھ لانا", "دودھ لانا")] {
            assert!(
                matches!(intent(text), Intent::Complete(target) if target.words == [words]),
                "{text}: {:?}",
                intent(text)
            );
        }
        for (text, words) in [("/delete buy milk", "buy milk"), ("/حذف دودھ لانا", "دودھ لانا")] {
            assert!(
                matches!(intent(text), Intent::Delete(target) if target.words == [words]),
                "{text}: {:?}",
                intent(text)
            );
        }
        for text in ["/help", "/مدد"] {
            assert_eq!(intent(text), Intent::Talk(Talk::Help), "{text}");
        }
    }

    #[test]
    fn tags_behind_a_command_stay_tags() {
        let mut draft = Draft::plain("/done @m".into());
        draft.tag(6..8, "t1".into(), "Buy milk");
        let Meaning::Message(message) = read(&draft) else {
            panic!("no message")
        };
        assert_eq!(
            message.parts(),
            [
                Part::Text("Mark ".into()),
                Part::Task {
                    id: "t1".into(),
                    title: "Buy milk".into()
                },
                Part::Text(" as done".into())
            ]
        );
    }
}
