use clinkbill::Line;

pub fn build() -> [Line; 3] {
    let price = 4.99.to_string();
    [
        Line::new("Mug", 1, "4.99"),
        Line::new("Mug", 1, &price),
        Line::new("Mug", 1, price),
    ]
}

fn main() {}
