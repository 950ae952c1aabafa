//! One spelling for each word: what a reader would call "the same" is made equal here.
//!
//! Two keys come out of a word. The *plain* key only undoes what keyboards do (capitals, two kafs, two yehs, diacritics,
//! zero-width characters, foreign digits). The *folded* key goes further, for Roman Urdu, which has no fixed spelling.

/// The plain key of a word: lower case, one form of each Urdu letter, ASCII digits, no marks.
pub fn plain(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    for character in word.chars() {
        match letter(character) {
            Some(c) if c.is_uppercase() => out.extend(c.to_lowercase()),
            Some(c) => out.push(c),
            None => {}
        }
    }
    out
}

/// Whether a word, written in any way, has this plain key.
pub fn is_plain(word: &str, key: &str) -> bool {
    word == key || (!word.is_ascii() && !key.is_ascii() && word.chars().filter_map(letter).eq(key.chars()))
}

/// One form of each letter and digit; `None` for what has no sound of its own.
fn letter(character: char) -> Option<char> {
    Some(match character {
        // Marks over and under the line, tatweel, zero-width characters, apostrophes, the lone hamza.
        '\u{064B}'..='\u{065F}' | '\u{0670}' | '\u{06D6}'..='\u{06ED}' | '\u{0610}'..='\u{061C}' | '\u{0640}' => return None,
        '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}' | '\u{00AD}' => return None,
        '\u{0300}'..='\u{036F}' | '\'' | '’' | '‘' | 'ʼ' | '`' | 'ء' => return None,
        'ك' | 'ڪ' => 'ک',
        'ي' | 'ى' | 'ئ' => 'ی',
        'ۓ' => 'ے',
        'أ' | 'إ' | 'آ' | 'ٱ' => 'ا',
        'ؤ' => 'و',
        'ه' | 'ة' | 'ۀ' | 'ۂ' | 'ۃ' | 'ە' | 'ھ' => 'ہ',
        'ں' => 'ن',
        '\u{FB50}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFC}' => presentation(character),
        c if c.is_ascii() => c,
        c => digit(c).map_or_else(|| unaccented(c), |d| char::from(b'0' + d)),
    })
}

/// A Latin letter without its mark: café is cafe.
fn unaccented(character: char) -> char {
    match character.to_lowercase().next().unwrap_or(character) {
        'à'..='å' | 'ā' | 'ă' | 'ą' | 'ạ' => 'a',
        'ç' | 'ć' | 'č' => 'c',
        'ď' | 'đ' | 'ḍ' => 'd',
        'è'..='ë' | 'ē' | 'ė' | 'ę' | 'ě' => 'e',
        'ğ' | 'ġ' => 'g',
        'ḥ' => 'h',
        'ì'..='ï' | 'ī' | 'į' | 'ı' => 'i',
        'ḳ' | 'ḵ' => 'k',
        'ł' | 'ľ' => 'l',
        'ñ' | 'ń' | 'ň' | 'ṅ' => 'n',
        'ò'..='ö' | 'ø' | 'ō' | 'ő' => 'o',
        'ř' | 'ṛ' => 'r',
        'ś' | 'š' | 'ş' | 'ṣ' => 's',
        'ť' | 'ţ' | 'ṭ' => 't',
        'ù'..='ü' | 'ū' | 'ů' | 'ű' => 'u',
        'ý' | 'ÿ' => 'y',
        'ź' | 'ž' | 'ż' | 'ẓ' => 'z',
        _ => character,
    }
}

/// The letters that old keyboards and PDF files write in their joined shapes.
fn presentation(character: char) -> char {
    match character {
        '\u{FE8D}' | '\u{FE8E}' | '\u{FE81}'..='\u{FE84}' => 'ا',
        '\u{FE8F}'..='\u{FE92}' => 'ب',
        '\u{FB56}'..='\u{FB59}' => 'پ',
        '\u{FE95}'..='\u{FE98}' => 'ت',
        '\u{FB66}'..='\u{FB69}' => 'ٹ',
        '\u{FE9D}'..='\u{FEA0}' => 'ج',
        '\u{FB7A}'..='\u{FB7D}' => 'چ',
        '\u{FEA1}'..='\u{FEA4}' => 'ح',
        '\u{FEA5}'..='\u{FEA8}' => 'خ',
        '\u{FEA9}' | '\u{FEAA}' => 'د',
        '\u{FB88}' | '\u{FB89}' => 'ڈ',
        '\u{FEAD}' | '\u{FEAE}' => 'ر',
        '\u{FB8C}' | '\u{FB8D}' => 'ڑ',
        '\u{FEAF}' | '\u{FEB0}' => 'ز',
        '\u{FEB1}'..='\u{FEB4}' => 'س',
        '\u{FEB5}'..='\u{FEB8}' => 'ش',
        '\u{FED1}'..='\u{FED4}' => 'ف',
        '\u{FED5}'..='\u{FED8}' => 'ق',
        '\u{FED9}'..='\u{FEDC}' | '\u{FB8E}'..='\u{FB91}' => 'ک',
        '\u{FB92}'..='\u{FB95}' => 'گ',
        '\u{FEDD}'..='\u{FEE0}' => 'ل',
        '\u{FEE1}'..='\u{FEE4}' => 'م',
        '\u{FEE5}'..='\u{FEE8}' | '\u{FB9E}' | '\u{FB9F}' => 'ن',
        '\u{FEED}' | '\u{FEEE}' => 'و',
        '\u{FEE9}'..='\u{FEEC}' | '\u{FBA6}'..='\u{FBAD}' => 'ہ',
        '\u{FBAE}'..='\u{FBB1}' => 'ے',
        '\u{FEEF}'..='\u{FEF4}' | '\u{FBFC}'..='\u{FBFF}' => 'ی',
        other => other,
    }
}

/// The value of an ASCII, Arabic-Indic or extended (Urdu) digit.
pub fn digit(character: char) -> Option<u8> {
    let base = match character {
        '0'..='9' => '0',
        '\u{0660}'..='\u{0669}' => '\u{0660}',
        '\u{06F0}'..='\u{06F9}' => '\u{06F0}',
        _ => return None,
    };
    u8::try_from(u32::from(character) - u32::from(base)).ok()
}

/// Whether a character belongs to the Arabic blocks, and is a letter.
pub fn is_urdu_letter(character: char) -> bool {
    matches!(character, '\u{0620}'..='\u{064A}' | '\u{066E}'..='\u{06D3}' | '\u{06D5}' | '\u{06FA}'..='\u{06FF}'
        | '\u{0750}'..='\u{077F}' | '\u{FB50}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFC}')
}

/// The folded key of a Latin word given its plain key: kall = kal, hey = hai, doodh = dudh, bajay = baje.
pub fn folded(plain: &str) -> String {
    let letters: Vec<char> = plain.chars().collect();
    let vowel = |at: usize| letters.get(at).is_some_and(|c| matches!(c, 'a' | 'e' | 'i' | 'o' | 'u'));
    let mut out = String::with_capacity(plain.len());
    let mut at = 0;
    while let Some(&here) = letters.get(at) {
        let next = letters.get(at + 1).copied().unwrap_or(' ');
        let (sound, step) = match (here, next) {
            ('a', 'a') => ('a', 2),
            ('e', 'e') | ('i', 'i') | ('i', 'e') => ('i', 2),
            ('o', 'o') | ('u', 'u') | ('o', 'u') => ('u', 2),
            ('a', 'i') | ('e', 'i') | ('a', 'e') => ('e', 2),
            ('a' | 'e', 'y') if !vowel(at + 2) => ('e', 2),
            ('a', 'u' | 'w') if !vowel(at + 2) => ('o', 2),
            ('i', 'y') if vowel(at + 2) => ('i', 2),
            ('p', 'h') => ('f', 2),
            ('c', 'k') => ('k', 2),
            ('q', _) => ('k', 1),
            ('w', _) => ('v', 1),
            // Silent at the end of a word, after a vowel: subah, jumah.
            ('h', ' ') if at > 0 && vowel(at - 1) => (' ', 1),
            ('y', ' ') => ('i', 1),
            (c, n) if c == n && c.is_ascii_alphabetic() => (c, 2),
            (c, _) => (c, 1),
        };
        if sound != ' ' && !(out.ends_with(sound) && sound.is_ascii_alphabetic()) {
            out.push(sound);
        }
        at += step;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keyboards_do_not_matter() {
        for (one, other) in [
            ("كل", "کل"),
            ("يہ", "یہ"),
            ("ھے", "ہے"),
            ("کِتاب", "کتاب"),
            ("کام\u{200C}", "کام"),
            ("٣", "3"),
            ("۳", "3"),
            ("KAL", "kal"),
            ("café", "cafe"),
            ("CAFÉ", "cafe"),
            ("cafe\u{0301}", "cafe"),
            ("naïve", "naive"),
            ("Señor Müller", "senor muller"),
            ("ṭamāṭar", "tamatar"),
            ("گاڑي", "گاڑی"),
            ("ہفتۂ", "ہفتہ"),
        ] {
            assert_eq!(plain(one), plain(other), "{one} {other}");
        }
    }

    #[test]
    fn roman_spellings_meet() {
        for same in [
            &["kal", "kall", "kaal"][..],
            &["hai", "hey", "he", "hay"],
            &["dudh", "doodh", "duudh"],
            &["baje", "bajay", "bajey", "bajai"],
            &["juma", "jumma", "jumah", "jummah"],
            &["subah", "suba"],
            &["liya", "lia"],
            &["wala", "vala", "waala"],
        ] {
            for word in same {
                assert_eq!(folded(word), folded(same[0]), "{word}");
            }
        }
    }
}
