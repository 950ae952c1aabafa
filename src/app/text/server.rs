//! Texts that the server puts into what it sends: steps, due dates, failures. Apart from the page's texts, so that the browser
//! does not load them.

use super::Around;
use crate::domain::locale::Locale;

/// The texts of the server, for the page.
#[derive(Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the English text says what each one is")]
pub struct ServerTexts {
    // Steps, with the title of the task.
    pub adding: Around,
    pub completing: Around,
    pub reopening: Around,
    pub updating: Around,
    pub deleting: Around,
    // Steps, where the title is not known.
    pub adding_one: &'static str,
    pub completing_one: &'static str,
    pub updating_one: &'static str,
    pub deleting_one: &'static str,
    pub listing: &'static str,
    pub working: &'static str,
    // Due dates.
    pub today: &'static str,
    pub tomorrow: &'static str,
    pub yesterday: &'static str,
    /// From Monday.
    pub weekdays: [&'static str; 7],
    /// From January.
    pub months: [&'static str; 12],
    pub am: &'static str,
    pub pm: &'static str,
    pub comma: &'static str,
    // Runs.
    pub trying_again: Around,
    pub other_model: &'static str,
    pub stopped: &'static str,
    pub model_down: &'static str,
    pub model_refused: &'static str,
    pub answer_broke: &'static str,
    pub too_many_steps: &'static str,
}

/// The server's texts in a language.
pub fn server_texts(locale: Locale) -> &'static ServerTexts {
    match locale {
        Locale::En => &EN,
        Locale::Ur => &UR,
    }
}

static EN: ServerTexts = ServerTexts {
    adding: Around("Adding “", "”"),
    completing: Around("Completing “", "”"),
    reopening: Around("Reopening “", "”"),
    updating: Around("Changing “", "”"),
    deleting: Around("Deleting “", "”"),
    adding_one: "Adding a task",
    completing_one: "Completing a task",
    updating_one: "Changing a task",
    deleting_one: "Deleting a task",
    listing: "Looking through your tasks",
    working: "Working",
    today: "Today",
    tomorrow: "Tomorrow",
    yesterday: "Yesterday",
    weekdays: ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
    months: [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    am: "AM",
    pm: "PM",
    comma: ", ",
    trying_again: Around("The assistant is busy. Trying again in ", " s…"),
    other_model: "Trying another model…",
    stopped: "Stopped.",
    model_down: "The assistant cannot be reached right now. Please try again.",
    model_refused: "The assistant could not answer this. Try to say it differently.",
    answer_broke: "The answer broke off. Please try again.",
    too_many_steps: "This took too many steps, so it was stopped. Try to ask for less at once.",
};

static UR: ServerTexts = ServerTexts {
    adding: Around("”", "“ شامل کیا جا رہا ہے"),
    completing: Around("”", "“ مکمل کیا جا رہا ہے"),
    reopening: Around("”", "“ دوبارہ کھولا جا رہا ہے"),
    updating: Around("”", "“ بدلا جا رہا ہے"),
    deleting: Around("”", "“ حذف کیا جا رہا ہے"),
    adding_one: "کام شامل کیا جا رہا ہے",
    completing_one: "کام مکمل کیا جا رہا ہے",
    updating_one: "کام بدلا جا رہا ہے",
    deleting_one: "کام حذف کیا جا رہا ہے",
    listing: "آپ کے کام دیکھے جا رہے ہیں",
    working: "کام جاری ہے",
    today: "آج",
    tomorrow: "آنے والا کل",
    yesterday: "گزشتہ کل",
    weekdays: ["پیر", "منگل", "بدھ", "جمعرات", "جمعہ", "ہفتہ", "اتوار"],
    months: [
        "جنوری",
        "فروری",
        "مارچ",
        "اپریل",
        "مئی",
        "جون",
        "جولائی",
        "اگست",
        "ستمبر",
        "اکتوبر",
        "نومبر",
        "دسمبر",
    ],
    am: "صبح",
    pm: "شام",
    comma: "، ",
    trying_again: Around("معاون مصروف ہے۔ ", " سیکنڈ میں دوبارہ کوشش ہو گی…"),
    other_model: "دوسرے ماڈل سے کوشش کی جا رہی ہے…",
    stopped: "روک دیا گیا۔",
    model_down: "معاون سے اس وقت رابطہ نہیں ہو پا رہا۔ براہِ کرم دوبارہ کوشش کیجیے۔",
    model_refused: "معاون اس کا جواب نہیں دے سکا۔ بات کسی اور طرح کہہ کر دیکھیے۔",
    answer_broke: "جواب بیچ میں ٹوٹ گیا۔ براہِ کرم دوبارہ کوشش کیجیے۔",
    too_many_steps: "اس میں بہت زیادہ مراحل لگے، اس لیے روک دیا گیا۔ ایک وقت میں کم کام کہہ کر دیکھیے۔",
};
