//! Tables. HTML knows rows only in tables and cells only in rows, so whatever else a widget has there is put into one.

use super::Drawing;
use super::css::{self, Style};
use crate::protocol::widget::{ColSize, Component, Table, TableCell, TableRow, TextAlign};

/// The most columns and rows of a cell.
const SPAN_MAX: u32 = 100;

impl Drawing {
    pub(super) fn table(&mut self, table: &Table) {
        self.rows(&table.children);
    }

    pub(super) fn stray_row(&mut self, row: &TableRow) {
        self.rows(&[Component::TableRow(row.clone())]);
    }

    pub(super) fn stray_cell(&mut self, cell: &TableCell) {
        self.html.open("div").attr("class", "w-cell").end();
        self.components(&cell.children);
        self.html.close("div");
    }

    fn rows(&mut self, rows: &[Component]) {
        // It scrolls inside its own box, which the keyboard must reach.
        let name = self.words.data;
        let tag = self.html.open("div").attr("class", "w-scroll").attr("role", "group");
        tag.attr("aria-label", name).attr("tabindex", "0").end();
        self.html.open("table").attr("class", "w-table").end();
        let is_header = |row: &Component| matches!(row, Component::TableRow(TableRow { header: Some(true), .. }));
        let heads = rows.iter().take_while(|row| is_header(row)).count();
        for (tag, part) in [("thead", &rows[..heads]), ("tbody", &rows[heads..])] {
            if part.is_empty() {
                continue;
            }
            self.html.open(tag).end();
            for row in part {
                self.row(row);
            }
            self.html.close(tag);
        }
        self.html.close("table");
        self.html.close("div");
    }

    fn row(&mut self, row: &Component) {
        self.html.open("tr").end();
        match row {
            Component::TableRow(row) => {
                for cell in &row.children {
                    self.cell(cell, row.header == Some(true));
                }
            }
            other => self.cell(other, false),
        }
        self.html.close("tr");
    }

    fn cell(&mut self, cell: &Component, is_header: bool) {
        let tag = if is_header { "th" } else { "td" };
        let open = self.html.open(tag).attr("class", "w-cell");
        let open = if is_header { open.attr("scope", "col") } else { open };
        let Component::TableCell(cell) = cell else {
            open.end();
            self.component(cell);
            return self.html.close(tag);
        };
        let mut style = Style::default();
        style.maybe("inline-size", cell.width.as_ref().and_then(css::size));
        if let Some(size) = cell.col_size {
            style.set("inline-size", column(size));
        }
        style.spacing("padding", cell.padding.as_ref());
        if let Some(align) = cell.align {
            style.set("text-align", align.name());
            style.set("--w-align", align.name());
        }
        if let Some(align) = cell.v_align {
            style.set(
                "vertical-align",
                match align {
                    TextAlign::Start => "top",
                    TextAlign::Center => "middle",
                    TextAlign::End => "bottom",
                },
            );
        }
        let span = |span: Option<u32>| span.filter(|span| *span > 1).map(|span| span.min(SPAN_MAX).to_string());
        open.style(&style)
            .maybe("colspan", span(cell.col_span).as_deref())
            .maybe("rowspan", span(cell.row_span).as_deref())
            .end();
        self.html.open("div").attr("class", "w-cell-in").end();
        self.components(&cell.children);
        self.html.close("div");
        self.html.close(tag);
    }
}

fn column(size: ColSize) -> &'static str {
    match size {
        ColSize::Xs => "3rem",
        ColSize::Sm => "6rem",
        ColSize::Md => "10rem",
        ColSize::Lg => "16rem",
        ColSize::Xl => "24rem",
    }
}
