namespace ClipOrleans.Contracts.Keys;

/// <summary>The one rule for names that become grain keys and folders: no separator, no dot and no NUL can pass it.</summary>
public static class NameRule
{
    public const int MaxLength = 63;

    public const string Description = "1 to 63 characters from a-z, 0-9, '-' and '_', the first one a letter or a digit";

    public static bool IsValid(string? text)
    {
        if (text is null || text.Length is 0 or > MaxLength || text[0] is '-' or '_')
        {
            return false;
        }

        foreach (var c in text)
        {
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c is not ('-' or '_'))
            {
                return false;
            }
        }

        return true;
    }
}
