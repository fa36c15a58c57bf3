import { SignIn } from '@/features/sign-in/SignIn';
import type { OpenPage } from './_app';

const SignInPage: OpenPage = () => <SignIn />;
SignInPage.open = true;

export default SignInPage;
