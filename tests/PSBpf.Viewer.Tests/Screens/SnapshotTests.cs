namespace PSBpf.Viewer.Tests;

/// <summary>Every page as a person sees it, at the smallest usual size and at a large one.</summary>
public sealed class SnapshotTests
{
    public static readonly (string Name, string[] Keys)[] Screens =
    [
        ("programs", []),
        ("programs-sort", ["F2"]),
        ("programs-filter", ["/", "t", "r", "a"]),
        ("program", ["Enter"]),
        ("program-foreign", ["End", "Up", "Enter"]),
        ("maps", ["m"]),
        ("entries", ["m", "Down", "Down", "Enter"]),
        ("entries-edit", ["m", "Down", "Down", "Enter", "Enter"]),
        ("hooks", ["h"]),
        ("events-source", ["e"]),
        ("events", ["e", "Enter"]),
        ("log", ["l"]),
        ("help", ["F1"]),
    ];

    public static TheoryData<string, int, int> Cases
    {
        get
        {
            var cases = new TheoryData<string, int, int>();
            foreach (var (name, _) in Screens)
            {
                cases.Add(name, 80, 24);
                cases.Add(name, 160, 50);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_page_looks_as_it_was_approved(string name, int width, int height)
    {
        using var stage = new Stage(width, height);
        stage.Pass(75).Press(Screens.Single(screen => screen.Name == name).Keys);
        Snapshot.Matches($"{name}-{width}x{height}", stage);
    }
}
