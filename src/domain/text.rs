//! Rules for text that people write.

/// The longest message, in bytes of UTF-8.
pub const MESSAGE_MAX_BYTES: usize = 64 * 1024;

/// The most parts of a message.
pub const PARTS_MAX: usize = 500;

/// Why a text was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextError {
    /// Nothing but white space, or characters that show nothing.
    Blank,
    /// Longer than the limit.
    TooLong,
}

/// Makes a text safe to keep: drops NUL and other control characters (but not newline and tab), and direction
/// overrides and embeddings that would spill over into the rest of the page. Isolates that are closed stay.
pub fn clean(text: &str) -> String {
    let mut open: Vec<usize> = Vec::new();
    let mut out = String::with_capacity(text.len());
    for character in text.replace("\r\n", "\n").chars() {
        match character {
            '\n' | '\t' => out.push(character),
            c if c.is_control() => {}
            // Explicit embeddings and overrides (UAX #9, 3.2): never needed in a message, often an attack.
            '\u{202A}'..='\u{202E}' => {}
            '\u{2066}'..='\u{2068}' => {
                open.push(out.len());
                out.push(character);
            }
            '\u{2069}' => {
                if open.pop().is_some() {
                    out.push(character);
                }
            }
            c => out.push(c),
        }
    }
    if open.is_empty() {
        return out;
    }
    // An isolate that is never closed is a lone control.
    let mut lone = open.into_iter().peekable();
    out.char_indices()
        .filter(|(at, _)| lone.next_if_eq(at).is_none())
        .map(|(_, character)| character)
        .collect()
}

/// Cleans a message and checks that it says something and is at most [`MESSAGE_MAX_BYTES`] long.
///
/// # Errors
/// [`TextError::Blank`] and [`TextError::TooLong`].
pub fn message(text: &str) -> Result<String, TextError> {
    if text.len() > MESSAGE_MAX_BYTES {
        return Err(TextError::TooLong);
    }
    let cleaned = clean(text);
    let trimmed = cleaned.trim();
    if trimmed.chars().all(shows_nothing) {
        return Err(TextError::Blank);
    }
    Ok(trimmed.to_owned())
}

/// Cleans a text of one line (a title, a name) and checks that it has 1 to `max` characters.
///
/// # Errors
/// [`TextError::Blank`] and [`TextError::TooLong`].
pub fn line(text: &str, max: usize) -> Result<String, TextError> {
    let cleaned = clean(text).replace(['\n', '\t'], " ");
    let trimmed = cleaned.trim();
    if trimmed.chars().all(shows_nothing) {
        return Err(TextError::Blank);
    }
    if trimmed.chars().count() > max {
        return Err(TextError::TooLong);
    }
    Ok(trimmed.to_owned())
}

/// Where words stand in a text as a whole, not as a part of longer ones.
pub fn find_whole(text: &str, words: &str) -> Option<usize> {
    if words.trim().is_empty() {
        return None;
    }
    text.match_indices(words).map(|(at, _)| at).find(|at| {
        let before = text[..*at].chars().next_back();
        let after = text[at + words.len()..].chars().next();
        ![before, after].into_iter().flatten().any(char::is_alphanumeric)
    })
}

fn shows_nothing(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}' | '\u{00AD}' | '\u{061C}')
}

/// Whether a letter is written from right to left: of Urdu, or of a script like it.
fn is_rtl(c: char) -> bool {
    matches!(c, '\u{0590}'..='\u{08FF}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFC}') && c.is_alphabetic()
}

/// How many letters of a text are written from right to left, and how many from left to right. Digits and signs are neither.
pub fn letters(text: &str) -> (usize, usize) {
    let (mut rtl, mut ltr) = (0, 0);
    for c in text.chars() {
        if is_rtl(c) {
            rtl += 1;
        } else if c.is_alphabetic() {
            ltr += 1;
        }
    }
    (rtl, ltr)
}

/// The base direction of a text: by the majority of its letters, `rtl` or `ltr`.
pub fn direction(text: &str) -> &'static str {
    let (rtl, ltr) = letters(text);
    if rtl > ltr { "rtl" } else { "ltr" }
}

/// The base direction of a sentence around texts of others, which stand in isolates (U+2068 to U+2069): by its own letters. `None` where it
/// has none.
pub fn direction_around(text: &str) -> Option<&'static str> {
    let mut depth = 0_usize;
    let own = |c: &char| {
        match c {
            '\u{2066}'..='\u{2068}' => depth += 1,
            '\u{2069}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0
    };
    let own: String = text.chars().filter(own).collect();
    own.contains(char::is_alphabetic).then(|| direction(&own))
}

/// A text in stretches of Urdu letters (`true`, with what stands between two of them) and of everything else: where a text runs to the right,
/// the former are shown in another font.
pub fn stretches(text: &str) -> Vec<(bool, &str)> {
    let mut stretches = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(is_rtl) {
        let urdu = &rest[start..];
        let end = urdu.find(|c: char| c.is_alphabetic() && !is_rtl(c)).unwrap_or(urdu.len());
        // Signs behind the last letter belong to it where they are marks; a space or a quote does not.
        let last = urdu[..end].rfind(is_rtl).unwrap_or_default();
        let behind = urdu[last..].chars().skip(1).take_while(|c| matches!(c, '\u{0600}'..='\u{06FF}'));
        let end = last + urdu[last..].chars().take(1).chain(behind).map(char::len_utf8).sum::<usize>();
        if start > 0 {
            stretches.push((false, &rest[..start]));
        }
        stretches.push((true, &urdu[..end]));
        rest = &urdu[end..];
    }
    if !rest.is_empty() {
        stretches.push((false, rest));
    }
    stretches
}

/// A title made of the first words of a message: one line, at most 60 characters, cut at a word.
pub fn title_of(message: &str) -> String {
    const MAX: usize = 60;
    let line = message.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= MAX {
        return line;
    }
    let mut title = String::new();
    for word in line.split(' ') {
        if title.chars().count() + word.chars().count() + 1 > MAX - 1 {
            break;
        }
        if !title.is_empty() {
            title.push(' ');
        }
        title.push_str(word);
    }
    if title.is_empty() {
        title = line.chars().take(MAX - 1).collect();
    }
    title.push('…');
    title
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn isolates_that_are_not_closed_go_and_others_stay() {
        assert_eq!(clean("a\u{2068}b\u{2069}c"), "a\u{2068}b\u{2069}c");
        assert_eq!(clean("a\u{2068}b\u{2067}c\u{2069}d"), "ab\u{2067}c\u{2069}d");
        assert_eq!(clean("\u{2069}کام\u{2068}"), "کام");
        // As many as a request can hold.
        let many = "\u{2068}".repeat(350_000);
        assert_eq!(clean(&[&many, "x"].concat()), "x");
    }

    #[test]
    fn a_sentence_has_its_own_direction_whatever_it_names() {
        for (text, direction) in [
            ("Added “\u{2068}دودھ اور انڈے لینا\u{2069}”", Some("ltr")),
            ("“\u{2068}early bird\u{2069}” شامل ہو گیا", Some("rtl")),
            ("کوئی کام نہیں ملا", Some("rtl")),
            ("“\u{2068}early bird\u{2069}” 2", None),
        ] {
            assert_eq!(direction_around(text), direction, "{text}");
        }
    }

    #[test]
    fn words_are_found_as_a_whole() {
        assert_eq!(find_whole("The team has tea.", "tea"), Some(13));
        assert_eq!(find_whole("team", "tea"), None);
        assert_eq!(find_whole("دودھ والا", "دودھ"), Some(0));
        assert_eq!(find_whole("x", " "), None);
    }

    #[test]
    fn controls_go_and_words_stay() {
        assert_eq!(clean("a\0b\u{7}c\r\nd\te"), "abc\nd\te");
        assert_eq!(clean("x\u{202E}y\u{202C}"), "xy");
        assert_eq!(clean("a\u{2067}b"), "ab");
        assert_eq!(clean("a\u{2067}b\u{2069}c\u{2069}"), "a\u{2067}b\u{2069}c");
        assert_eq!(clean("کام\u{200C}یاب"), "کام\u{200C}یاب");
    }

    #[test]
    fn a_message_says_something_and_fits() {
        assert_eq!(message("  hi \n"), Ok("hi".into()));
        for blank in ["", " \n\t ", "\0", "\u{200B}\u{2066}", "\u{202E}"] {
            assert_eq!(message(blank), Err(TextError::Blank), "{blank:?}");
        }
        assert_eq!(message(&"x".repeat(MESSAGE_MAX_BYTES)).map(|m| m.len()), Ok(MESSAGE_MAX_BYTES));
        assert_eq!(message(&"x".repeat(MESSAGE_MAX_BYTES + 1)), Err(TextError::TooLong));
    }

    #[test]
    fn a_line_is_counted_in_characters() {
        assert_eq!(line(&"ک".repeat(500), 500).map(|l| l.chars().count()), Ok(500));
        assert_eq!(line(&"ک".repeat(501), 500), Err(TextError::TooLong));
        assert_eq!(line("a\nb", 5), Ok("a b".into()));
    }

    #[test]
    fn direction_is_the_majority() {
        assert_eq!(direction("Call Ahmed"), "ltr");
        assert_eq!(direction("احمد کو فون کرنا ہے"), "rtl");
        assert_eq!(direction("مجھے Zoom پر میٹنگ رکھنی ہے"), "rtl");
        assert_eq!(direction("123"), "ltr");
        // Digits and signs are no letters, in whatever script.
        assert_eq!(direction("Ali ۱۲۳۴۵۶،۔"), "ltr");
        assert_eq!(direction("دودھ 123456 ab"), "rtl");
    }

    #[test]
    fn urdu_inside_a_text_that_runs_to_the_right_is_told_apart() {
        let text = "Added “دودھ، انڈے لینا” and (کل۔) for 5pm";
        let parts = [
            (false, "Added “"),
            (true, "دودھ، انڈے لینا"),
            (false, "” and ("),
            (true, "کل۔"),
            (false, ") for 5pm"),
        ];
        assert_eq!(stretches(text), parts);
        assert_eq!(stretches("plain"), [(false, "plain")]);
        assert_eq!(stretches(""), []);
        assert_eq!(stretches("نہیں ہے!"), [(true, "نہیں ہے"), (false, "!")]);
        for text in [text, "نہیں is no", "an اَ", "ab ك ab ل"] {
            assert_eq!(stretches(text).into_iter().map(|(_, part)| part).collect::<String>(), text);
        }
    }

    #[test]
    fn titles_are_cut_at_words() {
        assert_eq!(title_of("buy  milk\n"), "buy milk");
        let long = title_of(&"word ".repeat(40));
        assert!(long.ends_with('…') && long.chars().count() <= 60, "{long}");
        assert_eq!(title_of(&"x".repeat(100)).chars().count(), 60);
    }
}
