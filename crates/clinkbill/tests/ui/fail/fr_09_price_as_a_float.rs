use clinkbill::Line;

pub fn build() -> Line {
    Line::new("Mug", 1, 4.99)
}

fn main() {}
