"""論文だより (Ronbun Dayori): a team's paper collection and its weekly digest, in the team's chat."""
