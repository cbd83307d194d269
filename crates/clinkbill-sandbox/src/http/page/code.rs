//! A QR code as a picture inside the page.

use std::fmt::Write as _;

use fast_qr::{ECL, QRBuilder};

/// How many light modules stand around a code, by ISO/IEC 18004.
const QUIET: usize = 4;

/// A code to be drawn: lines of one unit's width on a square.
pub(super) struct Code {
    /// How many units the square is wide.
    pub(super) width: usize,
    /// The dark modules, as the data of an SVG path that is stroked.
    pub(super) path: String,
}

impl Code {
    /// The code of a text; none where it is too long for any.
    pub(super) fn of(text: &str) -> Option<Self> {
        let code = QRBuilder::new(text).ecl(ECL::M).build().ok()?;
        let mut path = String::with_capacity(6 * 1024);
        for y in 0..code.size {
            let row = &code[y];
            let mut x = 0;
            while x < code.size {
                let dark = row[x].value();
                let length = row[x..code.size]
                    .iter()
                    .take_while(|module| module.value() == dark)
                    .count();
                if dark {
                    // Writing to a text does not fail.
                    let _ = write!(path, "M{} {}.5h{length}", x + QUIET, y + QUIET);
                }
                x += length;
            }
        }
        Some(Self {
            width: code.size + 2 * QUIET,
            path,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Draws the path as a browser would, eight dots for each unit, and lets a reader look at it.
    fn read(code: &Code) -> String {
        let mut dark = vec![false; code.width * code.width];
        for run in code.path.split('M').skip(1) {
            let (x, rest) = run.split_once(' ').unwrap();
            let (y, length) = rest.split_once(".5h").unwrap();
            let [x, y, length] = [x, y, length].map(|number| number.parse::<usize>().unwrap());
            dark[y * code.width + x..][..length].fill(true);
        }
        let dots = code.width * 8;
        let mut picture = rqrr::PreparedImage::prepare_from_greyscale(dots, dots, |x, y| {
            if dark[y / 8 * code.width + x / 8] {
                0
            } else {
                255
            }
        });
        picture.detect_grids()[0].decode().unwrap().1
    }

    #[test]
    fn a_reader_reads_what_the_code_is_of() {
        for text in [
            "https://shop.example/",
            "http://127.0.0.1:4010/pay/GTsoToVX7j9e9fQmWjKJOcQIEGFG08ysS19wu5iplAA?with=CASHAPP&country=US",
        ] {
            assert_eq!(read(&Code::of(text).unwrap()), text);
        }
    }

    #[test]
    fn a_code_begins_with_the_corner_that_every_reader_looks_for() {
        let code = Code::of("https://shop.example/").unwrap();
        assert!(code.path.starts_with("M4 4.5h7"), "{}", code.path);
        assert_eq!((code.width - 2 * QUIET - 17) % 4, 0);
        assert!(Code::of(&"x".repeat(5_000)).is_none());
    }
}
