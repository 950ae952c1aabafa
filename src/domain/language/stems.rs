//! What is left of a word without its endings, and how it sounds.

use super::normal;

/// Inflected forms that no ending explains.
const IRREGULAR: &[(&str, &str)] = &[
    ("bought", "buy"),
    ("paid", "pay"),
    ("sent", "send"),
    ("went", "go"),
    ("gone", "go"),
    ("did", "do"),
    ("done", "do"),
    ("took", "take"),
    ("taken", "take"),
    ("wrote", "write"),
    ("written", "write"),
    ("met", "meet"),
    ("made", "make"),
    ("got", "get"),
    ("told", "tell"),
    ("spoke", "speak"),
    ("brought", "bring"),
    ("found", "find"),
    ("sold", "sell"),
    ("taught", "teach"),
    ("fed", "feed"),
    ("ran", "run"),
    ("ate", "eat"),
    ("drank", "drink"),
    ("children", "child"),
    ("kids", "kid"),
    ("rang", "ring"),
    ("built", "build"),
    ("withdrew", "withdraw"),
    ("saw", "see"),
    ("liya", "le"),
    ("lia", "le"),
    ("li", "le"),
    ("liye", "le"),
    ("lena", "le"),
    ("leni", "le"),
    ("lene", "le"),
    ("lo", "le"),
    ("leli", "le"),
    ("kia", "kar"),
    ("kiya", "kar"),
    ("ki", "kar"),
    ("karna", "kar"),
    ("krna", "kar"),
    ("karni", "kar"),
    ("krni", "kar"),
    ("karne", "kar"),
    ("kr", "kar"),
    ("karo", "kar"),
    ("krne", "kar"),
    ("gaya", "ja"),
    ("gya", "ja"),
    ("gayi", "ja"),
    ("jana", "ja"),
    ("jani", "ja"),
    ("gia", "ja"),
    ("gaye", "ja"),
    ("dia", "de"),
    ("diya", "de"),
    ("di", "de"),
    ("dena", "de"),
    ("deni", "de"),
    ("diye", "de"),
    ("hogya", "ho"),
    ("hogaya", "ho"),
    ("hogia", "ho"),
    ("hogayi", "ho"),
    ("hogai", "ho"),
    ("kardiya", "kar"),
    ("kardia", "kar"),
    ("krdia", "kar"),
    ("krdiya", "kar"),
    ("kardi", "kar"),
    ("krdi", "kar"),
    ("karli", "kar"),
    ("krli", "kar"),
    ("karlia", "kar"),
    ("karliya", "kar"),
    ("krliya", "kar"),
    ("lelia", "le"),
    ("leliya", "le"),
    ("hua", "ho"),
    ("hui", "ho"),
    ("hona", "ho"),
    ("aya", "la"),
    ("aaya", "la"),
    ("aye", "la"),
    ("aayi", "la"),
    ("laya", "la"),
    ("lana", "la"),
    ("lani", "la"),
    ("lane", "la"),
    ("layi", "la"),
    ("لیا", "لے"),
    ("لی", "لے"),
    ("لیے", "لے"),
    ("لینا", "لے"),
    ("لینی", "لے"),
    ("لینے", "لے"),
    ("لو", "لے"),
    ("کیا", "کر"),
    ("کی", "کر"),
    ("کرنا", "کر"),
    ("کرنی", "کر"),
    ("کرنے", "کر"),
    ("گیا", "جا"),
    ("گیی", "جا"),
    ("جانا", "جا"),
    ("جانی", "جا"),
    ("دیا", "دے"),
    ("دی", "دے"),
    ("دینا", "دے"),
    ("دینی", "دے"),
    ("ہوا", "ہو"),
    ("ہویی", "ہو"),
    ("ہونا", "ہو"),
    ("لایا", "لا"),
    ("لانا", "لا"),
    ("لانی", "لا"),
    ("ایا", "ا"),
];

/// The stem of a word given its plain key.
pub(super) fn stem(plain: &str) -> String {
    if let Some((_, stem)) = IRREGULAR.iter().find(|(form, _)| *form == plain) {
        return root(stem);
    }
    root(plain)
}

/// What is left of a regular word when its endings are taken off.
fn root(plain: &str) -> String {
    let letters = plain.chars().count();
    let cut = |endings: &[&str], least: usize| {
        endings
            .iter()
            .find_map(|ending| plain.strip_suffix(ending).filter(|rest| rest.chars().count() >= least))
    };
    if !plain.is_ascii() {
        if letters > 3 {
            let rest = cut(&["نا", "نی", "نے", "یا", "ییں", "وں", "یں", "ات"], 2).or_else(|| cut(&["ا", "ی", "ے", "و", "ہ"], 2));
            return rest.unwrap_or(plain).to_owned();
        }
        return plain.to_owned();
    }
    let english = cut(&["ies"], 2).map(|rest| format!("{rest}y")).or_else(|| {
        cut(&["ing", "ed", "es", "s"], 3)
            .filter(|_| !plain.ends_with("ss"))
            .map(str::to_owned)
    });
    let base = match english {
        // "planned", "shopping": one consonant of the double.
        Some(rest) => normal::folded(&rest),
        None => normal::folded(plain),
    };
    let base = base
        .strip_suffix('e')
        .filter(|rest| rest.len() >= 3)
        .map_or(base.clone(), str::to_owned);
    let cut = |endings: &[&str], least: usize| {
        endings
            .iter()
            .find_map(|ending| base.strip_suffix(ending).filter(|rest| rest.len() >= least))
    };
    // "banana", "banaya" and "bana" are one verb, "kiraya" and "kiraye" one noun.
    let root = cut(&["na", "ni", "ne", "ia", "ya", "y"], 3)
        .map(|rest| rest.strip_suffix(['a', 'i']).filter(|short| short.len() >= 3).unwrap_or(rest));
    root.or_else(|| cut(&["a", "i", "o"], 3)).unwrap_or(&base).to_owned()
}

/// The consonants of a word in Latin letters, so that a word written in two scripts meets itself.
pub(super) fn sounds(stem: &str) -> String {
    let mut out = String::new();
    for (at, character) in stem.chars().enumerate() {
        let sound = match character {
            'ب' => "b",
            'پ' => "p",
            'ت' | 'ٹ' | 'ط' => "t",
            'ج' => "j",
            'چ' => "c",
            'ح' | 'ہ' => "h",
            'خ' => "k",
            'د' | 'ڈ' => "d",
            'ذ' | 'ز' | 'ض' | 'ظ' | 'ژ' => "z",
            'ر' | 'ڑ' => "r",
            'س' | 'ص' | 'ث' => "s",
            'ش' => "s",
            'غ' | 'گ' => "g",
            'ف' => "f",
            'ق' | 'ک' => "k",
            'ل' => "l",
            'م' => "m",
            'ن' => "n",
            'و' => "v",
            'ی' => "y",
            'a' | 'e' | 'i' | 'o' | 'u' | 'h' => "",
            'q' => "k",
            'w' => "v",
            _ => "",
        };
        let latin = character.is_ascii_lowercase() && !matches!(character, 'a' | 'e' | 'i' | 'o' | 'u' | 'h' | 'q' | 'w');
        let vowel_letter = at > 0 && matches!(character, 'و' | 'ی' | 'ہ' | 'y' | 'w' | 'v');
        if vowel_letter {
            continue;
        }
        if latin {
            out.push(character);
        } else {
            out.push_str(sound);
        }
    }
    out
}
