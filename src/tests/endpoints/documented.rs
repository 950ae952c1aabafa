//! The matrix of `docs/models.md` names tests, and they are there.

use std::{fs, path::Path};

#[test]
fn every_cell_of_the_matrix_has_its_test() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("docs/models.md")).unwrap();
    let of_models = ["", "/tests", "/leak", "/thinking", "/refusal"].map(|folder| format!("src/server/model/openai{folder}"));
    let of_all = ["src/tests", "src/tests/endpoints", "src/tests/attachments"].map(str::to_owned);
    let sources: String = of_models
        .iter()
        .chain(&of_all)
        .flat_map(|folder| fs::read_dir(root.join(folder)).unwrap())
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|kind| kind == "rs"))
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    let named: Vec<&str> = page
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|word| word.matches('_').count() > 2)
        .collect();
    assert!(named.len() > 30, "{named:?}");
    for test in named {
        assert!(sources.contains(&format!("fn {test}(")), "there is no test {test}");
    }
    // Each cell of the matrix names one.
    let (_, matrix) = page.split_once("## Feature by endpoint").unwrap();
    let (matrix, _) = matrix.split_once("\n## ").unwrap();
    let rows: Vec<&str> = matrix.lines().filter(|line| line.starts_with("| ")).skip(2).collect();
    assert!(rows.len() > 10);
    for row in rows {
        let cells: Vec<&str> = row.trim_matches('|').split('|').skip(1).collect();
        assert!(cells.len() == 8 && cells.iter().all(|cell| cell.contains('`')), "{row}");
    }
}
