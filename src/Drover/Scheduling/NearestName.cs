namespace Drover.Scheduling;

/// <summary>Finds the name that somebody most likely meant, for error messages.</summary>
internal static class NearestName
{
    /// <summary>
    /// The known name with the fewest letters inserted, deleted or replaced, or null when none is near. At most
    /// one letter in three may be wrong.
    /// </summary>
    internal static string? Find(string written, IEnumerable<string> known)
    {
        string? nearest = null;
        var nearestDistance = written.Length / 3 + 1;
        foreach (var name in known)
        {
            var distance = Distance(written, name);
            if (distance < nearestDistance)
                (nearest, nearestDistance) = (name, distance);
        }

        return nearest;
    }

    // Levenshtein distance, keeping only the last row of the table.
    private static int Distance(string left, string right)
    {
        var row = new int[right.Length + 1];
        for (var j = 0; j < row.Length; j++)
            row[j] = j;

        for (var i = 0; i < left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i + 1;
            for (var j = 0; j < right.Length; j++)
            {
                var same = char.ToLowerInvariant(left[i]) == char.ToLowerInvariant(right[j]);
                var replaced = diagonal + (same ? 0 : 1);
                diagonal = row[j + 1];
                row[j + 1] = Math.Min(replaced, Math.Min(diagonal, row[j]) + 1);
            }
        }

        return row[^1];
    }
}
