"""A table of AdamW updates with clipped gradients, to hold the optimiser alone to torch.optim.AdamW."""

import torch

from fixtures import save_json

STEPS, SIZE, CLIP = 40, 7, 1.0


def main() -> None:
    generator = torch.Generator().manual_seed(3)
    runs = []
    for weight_decay in (0.0, 0.05):
        parameters = torch.nn.Parameter(torch.randn(SIZE, generator=generator))
        optimiser = torch.optim.AdamW([parameters], lr=1.0, weight_decay=weight_decay)
        run = {"weight_decay": weight_decay, "start": parameters.tolist(), "clip": CLIP, "steps": []}
        for step in range(STEPS):
            learning_rate = 0.05 * (1 - step / STEPS)
            # At first so small that epsilon decides, later on both sides of the clipping norm.
            scale = 1e-8 if step < 5 else 10 ** float(torch.rand(1, generator=generator) * 3 - 2)
            gradient = torch.randn(SIZE, generator=generator) * scale
            parameters.grad = gradient.clone()
            norm = torch.nn.utils.clip_grad_norm_([parameters], CLIP)
            optimiser.param_groups[0]["lr"] = learning_rate
            optimiser.step()
            run["steps"].append(
                {
                    "learning_rate": learning_rate,
                    "gradient": gradient.tolist(),
                    "norm": norm.item(),
                    "parameters": parameters.tolist(),
                }
            )
        runs.append(run)
    save_json("adamw.json", {"runs": runs})


if __name__ == "__main__":
    main()
